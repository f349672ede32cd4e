//! Each property notices a history that contradicts it: a checker that cannot fail checks nothing.

use consensus::simulation::{Position, Question};
use hengtan_simulation::event::{Content, EnvelopeId, Event, Hidden};
use hengtan_simulation::property::{self, Facts};
use std::collections::BTreeSet;

/// The first property that a history contradicts.
fn judge(history: &[Event]) -> Option<&'static str> {
    let mut facts = Facts::default();
    let mut properties = property::all();
    for event in history {
        facts.take(event);
        for property in &mut properties {
            if property.judge(&facts, event).is_err() {
                return Some(property.name());
            }
        }
    }
    None
}

fn at(term: u64, index: u64) -> Position {
    Position { term, index }
}

fn content(byte: u8) -> Content {
    Content::of(&[byte])
}

fn written(node: u64, term: u64, index: u64, byte: u8) -> Event {
    Event::Written {
        node,
        at: at(term, index),
        content: content(byte),
    }
}

fn leads(node: u64, term: u64) -> Event {
    Event::Sent {
        from: node,
        to: 9,
        question: Question::Append {
            term,
            last: None,
            committed: None,
        },
        content: content(0),
        fate: String::new(),
    }
}

fn votes(node: u64, term: u64, candidate: u64, durable: bool) -> Event {
    Event::Answered {
        node,
        from: candidate,
        question: Question::Vote { term, candidate },
        granted: true,
        durable,
    }
}

fn applied(node: u64, term: u64, index: u64, byte: u8) -> Event {
    Event::Applied {
        node,
        at: at(term, index),
        content: content(byte),
        size: index + 1,
        root: content(byte),
        state_root: content(byte),
        void: None,
    }
}

fn started(node: u64, log: Vec<(Position, Content)>) -> Event {
    Event::Started {
        node,
        log,
        purged_before: 0,
    }
}

fn id(byte: u8) -> EnvelopeId {
    EnvelopeId([byte; 32])
}

fn acknowledged(byte: u8, index: u64, floor: Option<u64>) -> Event {
    Event::Acknowledged {
        id: id(byte),
        node: 1,
        index,
        floor,
    }
}

fn last(node: u64, byte: u8, envelopes: Vec<(EnvelopeId, u64)>) -> Event {
    Event::Final {
        node,
        applied: Some(at(1, 5)),
        size: 6,
        root: content(byte),
        state_root: content(0),
        envelopes,
    }
}

#[test]
fn two_leaders_of_a_term_are_noticed() {
    assert_eq!(judge(&[leads(1, 1), leads(2, 2), leads(1, 3)]), None);
    assert_eq!(judge(&[leads(1, 1), leads(2, 1)]), Some("election_safety"));
}

#[test]
fn two_votes_in_a_term_are_noticed_also_across_a_crash() {
    let history = [
        votes(3, 1, 1, true),
        started(3, Vec::new()),
        votes(3, 1, 2, true),
    ];
    assert_eq!(judge(&history), Some("one_vote"));
    assert_eq!(judge(&[votes(3, 1, 1, true), votes(3, 2, 2, true)]), None);
}

#[test]
fn an_answer_that_is_not_on_disk_is_noticed() {
    assert_eq!(judge(&[votes(3, 1, 1, false)]), Some("durable_answer"));
}

#[test]
fn two_contents_at_one_term_and_index_are_noticed() {
    assert_eq!(
        judge(&[written(1, 1, 0, 7), written(2, 1, 0, 8)]),
        Some("log_matching")
    );
}

#[test]
fn the_same_entry_after_different_ones_is_noticed() {
    let history = [
        written(1, 1, 0, 7),
        written(2, 2, 0, 8),
        written(1, 3, 1, 9),
        written(2, 3, 1, 9),
    ];
    assert_eq!(judge(&history), Some("log_matching"));
}

#[test]
fn a_leader_without_a_committed_entry_is_noticed() {
    let history = [
        written(1, 1, 0, 7),
        applied(1, 1, 0, 7),
        started(2, Vec::new()),
        leads(2, 2),
    ];
    assert_eq!(judge(&history), Some("leader_completeness"));
}

#[test]
fn a_commit_that_a_minority_holds_is_noticed() {
    let claim = |holders: &[u64], voters: &[&[u64]]| Event::Claimed {
        node: 1,
        term: 1,
        committed: at(1, 0),
        holders: holders.iter().copied().collect(),
        voters: vec![
            voters
                .iter()
                .map(|set| set.iter().copied().collect::<BTreeSet<u64>>())
                .collect(),
        ],
    };
    assert_eq!(judge(&[claim(&[1, 2], &[&[1, 2, 3]])]), None);
    assert_eq!(
        judge(&[claim(&[1, 9], &[&[1, 2, 3]])]),
        Some("quorum_commit")
    );
    assert_eq!(
        judge(&[claim(&[1, 2], &[&[1, 2, 3], &[3, 4, 5]])]),
        Some("quorum_commit")
    );
}

#[test]
fn two_items_applied_at_one_index_are_noticed() {
    assert_eq!(
        judge(&[applied(1, 1, 0, 7), applied(2, 1, 0, 8)]),
        Some("state_machine_safety")
    );
}

#[test]
fn an_item_that_is_passed_over_is_noticed() {
    assert_eq!(
        judge(&[applied(1, 1, 0, 7), applied(1, 1, 2, 8)]),
        Some("state_machine_safety")
    );
}

#[test]
fn the_removal_of_a_committed_entry_is_noticed() {
    let history = [
        written(1, 1, 0, 7),
        applied(1, 1, 0, 7),
        Event::Truncated { node: 1, from: 0 },
    ];
    assert_eq!(judge(&history), Some("commit_immutability"));
    let overwritten = [
        written(1, 1, 0, 7),
        applied(1, 1, 0, 7),
        written(1, 2, 0, 8),
    ];
    assert_eq!(judge(&overwritten), Some("commit_immutability"));
}

#[test]
fn different_roots_of_one_size_are_noticed() {
    let other_state = |state: u8| Event::Applied {
        node: 1,
        at: at(1, 0),
        content: content(7),
        size: 1,
        root: content(7),
        state_root: content(state),
        void: None,
    };
    let history = [other_state(1), started(1, Vec::new()), other_state(2)];
    assert_eq!(judge(&history), Some("equal_roots"));
}

#[test]
fn a_void_batch_is_noticed() {
    let void = Event::Applied {
        node: 1,
        at: at(1, 0),
        content: content(7),
        size: 1,
        root: content(7),
        state_root: content(7),
        void: Some("HT-LED-000"),
    };
    assert_eq!(judge(&[void]), Some("valid_batch"));
}

#[test]
fn a_receipt_that_does_not_verify_is_noticed() {
    let forged = Event::Receipt {
        id: id(1),
        size: 1,
        receipt: Hidden(vec![1, 2, 3].into()),
    };
    assert_eq!(judge(&[forged]), Some("lasting_receipt"));
}

#[test]
fn an_acknowledged_envelope_that_is_gone_is_noticed() {
    let history = [acknowledged(1, 4, None), last(1, 0, vec![(id(2), 4)])];
    assert_eq!(judge(&history), Some("nothing_lost"));
    let there = [acknowledged(1, 4, None), last(1, 0, vec![(id(1), 4)])];
    assert_eq!(judge(&there), None);
}

#[test]
fn an_index_before_one_that_was_acknowledged_earlier_is_noticed() {
    assert_eq!(judge(&[acknowledged(1, 4, Some(5))]), Some("nothing_lost"));
}

#[test]
fn two_indexes_of_one_envelope_are_noticed() {
    assert_eq!(
        judge(&[acknowledged(1, 4, None), acknowledged(1, 5, None)]),
        Some("one_index")
    );
    assert_eq!(
        judge(&[last(1, 0, vec![(id(1), 3), (id(1), 4)])]),
        Some("one_index")
    );
}

#[test]
fn a_stale_read_is_noticed() {
    let read = |size| Event::Read {
        node: 1,
        floor: Some(4),
        size,
    };
    assert_eq!(judge(&[read(5)]), None);
    assert_eq!(judge(&[read(4)]), Some("linear_read"));
}

#[test]
fn a_member_that_stops_by_itself_is_noticed() {
    let failed = |expected| Event::Failed {
        node: 1,
        reason: String::new(),
        expected,
    };
    assert_eq!(judge(&[failed(true)]), None);
    assert_eq!(judge(&[failed(false)]), Some("no_failure"));
}

#[test]
fn nodes_that_end_differently_or_not_at_all_are_noticed() {
    let differently = Event::Final {
        node: 2,
        applied: Some(at(1, 4)),
        size: 5,
        root: content(1),
        state_root: content(1),
        envelopes: Vec::new(),
    };
    assert_eq!(
        judge(&[last(1, 0, Vec::new()), differently]),
        Some("agreement")
    );
    assert_eq!(judge(&[Event::Over]), Some("agreement"));
    let unsettled = Event::Unsettled {
        states: String::new(),
    };
    assert_eq!(judge(&[unsettled]), Some("agreement"));
}
