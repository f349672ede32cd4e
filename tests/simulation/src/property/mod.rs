//! What must hold in every run, one file for each property.
//!
//! | property | what |
//! |---|---|
//! | [`election_safety`] | a term has at most one leader |
//! | [`one_vote`] | a member votes for one candidate of a term, also across crashes |
//! | [`log_matching`] | entries with the same term and index are the same, and so is everything before them |
//! | [`leader_completeness`] | a leader's log holds everything that was committed in earlier terms |
//! | [`quorum_commit`] | what a leader calls committed is on the disks of a majority |
//! | [`state_machine_safety`] | all members apply the same item at an index, one after the other |
//! | [`commit_immutability`] | what is committed never changes and is never removed |
//! | [`durable_answer`] | votes and entries are on disk before they are granted |
//! | [`equal_roots`] | ledgers of equal size have equal roots |
//! | [`valid_batch`] | an honest leader's batches count |
//! | [`lasting_receipt`] | every issued receipt verifies against the ledger at the end |
//! | [`nothing_lost`] | an acknowledged envelope stands at its index for ever |
//! | [`one_index`] | an envelope has one index, however often it is sent |
//! | [`linear_read`] | a linearizable read sees everything that was acknowledged before it |
//! | [`no_failure`] | no member stops by itself |
//! | [`agreement`] | after the faults all nodes come to hold the same |

pub mod agreement;
pub mod commit_immutability;
pub mod durable_answer;
pub mod election_safety;
pub mod equal_roots;
mod facts;
pub mod lasting_receipt;
pub mod leader_completeness;
pub mod linear_read;
pub mod log_matching;
pub mod no_failure;
pub mod nothing_lost;
pub mod one_index;
pub mod one_vote;
pub mod quorum_commit;
pub mod state_machine_safety;
pub mod valid_batch;

pub use facts::Facts;

use crate::event::Event;

/// Something that must hold in every run.
pub trait Property: Send {
    /// Its name: that of its module.
    fn name(&self) -> &'static str;

    /// Judges one event, given everything up to and with it.
    ///
    /// # Errors
    /// What contradicts the property.
    fn judge(&mut self, facts: &Facts, event: &Event) -> Result<(), String>;
}

/// Every property, new.
#[must_use]
pub fn all() -> Vec<Box<dyn Property>> {
    vec![
        Box::new(election_safety::ElectionSafety::default()),
        Box::new(one_vote::OneVote::default()),
        Box::new(durable_answer::DurableAnswer),
        Box::new(log_matching::LogMatching::default()),
        Box::new(leader_completeness::LeaderCompleteness::default()),
        Box::new(quorum_commit::QuorumCommit),
        Box::new(state_machine_safety::StateMachineSafety::default()),
        Box::new(commit_immutability::CommitImmutability::default()),
        Box::new(equal_roots::EqualRoots::default()),
        Box::new(valid_batch::ValidBatch),
        Box::new(lasting_receipt::LastingReceipt::default()),
        Box::new(nothing_lost::NothingLost::default()),
        Box::new(one_index::OneIndex::default()),
        Box::new(linear_read::LinearRead),
        Box::new(no_failure::NoFailure),
        Box::new(agreement::Agreement::default()),
    ]
}
