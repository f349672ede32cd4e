//! The trust file: a change of members is judged by the old set, everything after it by the new one. No command of this feature level changes
//! members, so the entries of this test change the state by hand.

mod network;

use crypto_sm::sm2::SecretKey;
use hengtan_ledger::Error;
use hengtan_ledger::checkpoint::{Checkpoint, Note};
use hengtan_ledger::execute::{Applied, seal};
use hengtan_ledger::log::{self, Frontier, NodeAddress, NodeReader};
use hengtan_ledger::map::{PageAddress, PageReader};
use hengtan_ledger::receipt::{
    Evidence, assemble, from_json, state_proof, to_json, verify_json, verify_receipt,
};
use hengtan_ledger::state::{View, Writes, key};
use hengtan_ledger::v1::{self, ReceiptKind};
use network::{Network, ORGANISATION};
use prost::Message;
use std::collections::BTreeMap;

#[derive(Default)]
struct Store {
    frontier: Frontier,
    nodes: BTreeMap<NodeAddress, [u8; 32]>,
    pages: BTreeMap<PageAddress, Vec<u8>>,
    state: BTreeMap<String, Vec<u8>>,
}

impl Store {
    fn take(&mut self, applied: &Applied) -> Checkpoint {
        let sealed = seal(applied, &self.frontier, self).expect("readable");
        self.frontier = sealed.frontier;
        self.nodes.extend(sealed.log_nodes);
        for (address, page) in sealed.pages {
            self.pages
                .insert(address, page.expect("nothing is removed here"));
        }
        for (key, value) in &applied.state_writes {
            self.state
                .insert(key.clone(), value.clone().expect("nothing is removed here"));
        }
        sealed.checkpoint
    }
}

impl NodeReader for Store {
    fn node(&self, address: NodeAddress) -> Result<[u8; 32], Error> {
        Ok(self.nodes[&address])
    }
}

impl PageReader for Store {
    fn page(&self, address: &PageAddress) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.pages.get(address).cloned())
    }
}

impl View for Store {
    fn value(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.state.get(key).cloned())
    }

    fn range(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let found = self
            .state
            .range(prefix.to_owned()..)
            .take_while(|(key, _)| key.starts_with(prefix));
        Ok(found
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect())
    }
}

/// An entry of no account.
fn entry(number: u64) -> Vec<u8> {
    let void = v1::VoidBatch {
        term: number,
        digest: vec![0; 32],
        code: "HT-LED-001".to_owned(),
        ..Default::default()
    };
    v1::Entry {
        entry: Some(v1::entry::Entry::VoidBatch(void)),
    }
    .encode_to_vec()
}

struct Story {
    network: Network,
    store: Store,
    other: SecretKey,
    change: v1::MembershipChange,
    last: Checkpoint,
}

impl Story {
    /// Genesis, then an entry that brings a second voting organisation, then one more entry.
    fn tell(version: u64) -> Self {
        let mut network = Network::new();
        let other = network::key(&mut network.rng);
        let mut store = Store::default();
        let old = network.founded.voting_set();
        store.take(&network.founded.apply());
        let mut new = old.clone();
        new.version = version;
        new.voters.push(v1::Voter {
            organisation: "provincial-bureau".to_owned(),
            nodes: vec![v1::VotingNode {
                name: "node-2".to_owned(),
                statement_key: other.public_key().to_uncompressed().to_vec(),
            }],
        });
        let value = v1::StateValue {
            version: 2,
            index: 1,
            time_ms: network.time_ms,
            value: Some(v1::state_value::Value::VotingSet(new.clone())),
        };
        let writes = Writes::from([(key::VOTING_SET.to_owned(), Some(value.encode_to_vec()))]);
        let applied = |index: u64, writes: Writes, judge: v1::VotingSet| Applied {
            network_id: network.founded.network_id(),
            first_index: index,
            time_ms: network.time_ms + index,
            entries: vec![entry(index)],
            placements: Vec::new(),
            state_writes: writes,
            content_writes: Vec::new(),
            id_writes: Vec::new(),
            void: None,
            judge,
        };
        let (second, third) = (applied(1, writes, old), applied(2, Writes::new(), new));
        let checkpoint = store.take(&second);
        let line = checkpoint
            .sign(
                ORGANISATION,
                "node-1",
                &network.statement_key,
                &mut network.rng,
            )
            .expect("names");
        let proof = state_proof(&store, &store, key::VOTING_SET).expect("readable");
        let consistency = log::consistency(&store, 1, 2).expect("readable");
        let change = v1::MembershipChange {
            checkpoint: Note::new(checkpoint, vec![line]).to_text(),
            consistency: consistency.iter().map(|hash| hash.to_vec()).collect(),
            voting_set: Some(proof),
        };
        let last = store.take(&third);
        Self {
            network,
            store,
            other,
            change,
            last,
        }
    }

    fn note(&mut self, both: bool) -> Note {
        let rng = &mut self.network.rng;
        let mut lines = vec![
            self.last
                .sign(ORGANISATION, "node-1", &self.network.statement_key, rng)
                .expect("names"),
        ];
        if both {
            lines.push(
                self.last
                    .sign("provincial-bureau", "node-2", &self.other, rng)
                    .expect("names"),
            );
        }
        Note::new(self.last.clone(), lines)
    }

    fn receipt(&mut self, both: bool, changes: &[v1::MembershipChange]) -> v1::Receipt {
        let note = self.note(both);
        let evidence = Evidence {
            founded: &self.network.founded,
            changes,
            note: &note,
            nodes: &self.store,
            view: &self.store,
        };
        assemble(
            &evidence,
            ReceiptKind::Entry,
            1,
            &entry(1),
            None,
            None,
            None,
        )
        .expect("assembled")
    }
}

fn code(verdict: Result<hengtan_ledger::receipt::Verification, Error>) -> &'static str {
    verdict.map_or_else(|error| error.code(), |_| "")
}

#[test]
fn a_change_of_members_is_followed() {
    let mut story = Story::tell(1);
    let changes = [story.change.clone()];
    let receipt = story.receipt(true, &changes);
    let verified = verify_receipt(&receipt, None).expect("good");
    assert_eq!(
        verified.finality.organisations,
        [ORGANISATION, "provincial-bureau"]
    );
    assert!(!verified.not_proved.contains(&"single_signer"));
    let text = to_json(&receipt).expect("text");
    assert_eq!(from_json(&text).expect("a receipt"), receipt);
    assert!(verify_json(&text, None).is_ok());
}

#[test]
fn the_new_set_judges_what_comes_after() {
    let mut story = Story::tell(1);
    let changes = [story.change.clone()];
    let receipt = story.receipt(false, &changes);
    assert_eq!(
        code(verify_receipt(&receipt, None)),
        "HT-LED-027",
        "one of two is not more than half"
    );
    // A chain that skips the change is judged by the set of genesis, which the checkpoint does not name.
    let receipt = story.receipt(true, &[]);
    assert_eq!(code(verify_receipt(&receipt, None)), "HT-LED-028");
}

#[test]
fn a_change_that_is_not_proved_is_refused() {
    let mut story = Story::tell(1);
    let changes = [story.change.clone()];
    let good = story.receipt(true, &changes);
    let with = |edit: &dyn Fn(&mut v1::MembershipChange)| {
        let mut receipt = good.clone();
        edit(&mut receipt.trust.as_mut().expect("trust").changes[0]);
        code(verify_receipt(&receipt, None))
    };
    assert_eq!(with(&|_| {}), "");
    assert_eq!(with(&|change| change.consistency.clear()), "HT-LED-030");
    assert_eq!(with(&|change| change.voting_set = None), "HT-LED-017");
    assert_eq!(
        with(&|change| change.voting_set.as_mut().expect("a proof").siblings[0][3] ^= 1),
        "HT-LED-031"
    );
    assert_eq!(
        with(&|change| change.voting_set.as_mut().expect("a proof").value[9] ^= 1),
        "HT-LED-031"
    );
    assert_eq!(
        with(&|change| change.voting_set.as_mut().expect("a proof").value.clear()),
        "HT-LED-031"
    );
    assert_eq!(
        with(&|change| change.voting_set.as_mut().expect("a proof").key = key::LIMITS.to_owned()),
        "HT-LED-031"
    );
    assert_eq!(
        with(&|change| change.checkpoint = change.checkpoint.replace("members 0", "members 1")),
        "HT-LED-028"
    );
    let mut twice = good.clone();
    let trust = twice.trust.as_mut().expect("trust");
    trust.changes.push(trust.changes[0].clone());
    assert!(verify_receipt(&twice, None).is_err());
    // Versions are not skipped.
    let mut story = Story::tell(2);
    let changes = [story.change.clone()];
    let receipt = story.receipt(true, &changes);
    assert_eq!(code(verify_receipt(&receipt, None)), "HT-LED-028");
}
