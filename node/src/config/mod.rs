//! The node's settings: defaults, `config.toml`, environment `HENGTAN__SECTION__KEY`, flags; later ones win, and each value knows where it
//! comes from.

pub mod consortium;
mod context;
mod folder;
mod found;
mod joining;
mod keys;
mod setting;
mod tls;

pub use context::{Context, Identity};
pub use folder::{Folder, nodes_of, open_key, read_key, write_new, write_secret};
#[cfg(test)]
pub(crate) use found::tests::plan as founding_plan;
pub use found::{Founder, Founding, found};
pub use joining::{Joining, Prepared, joining_address, prepare};
pub use keys::{Ask, Keys, Provider, read_passphrase};
pub use setting::{Origin, SETTINGS, Setting, Value};
pub use tls::{Clients, Pair, Tls};

use crate::error::Error;
use crate::peer::{Roster, introduction};
use crypto_sm::keystore::Key;
use crypto_sm::tls::Profile;
use hengtan_ledger::domain::NetworkId;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Settings of a node, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Name of the node in genesis.
    pub node: String,
    /// File of the signed genesis.
    pub genesis: PathBuf,
    /// Folder of store and log.
    pub data: PathBuf,
    /// File or key store of the statement key, where it is in neither token nor device.
    pub statement_key: PathBuf,
    /// Where the statement key is, and what opens the place.
    pub keys: Keys,
    /// Where both APIs listen; port 0 = any free one.
    pub listen: SocketAddr,
    /// Certificate and key of TLS; nothing = plain text, on this machine only.
    pub tls: Option<Tls>,
    /// How other nodes are met; nothing = there are none.
    pub peer: Option<Peer>,
    /// The witness whose key this node keeps; nothing = none.
    pub witness: Option<Witness>,
    /// Bounds of the door.
    pub limits: Limits,
    /// How batches are filled.
    pub batch: Batching,
    /// When the Raft log is shortened.
    pub snapshot: Shortening,
    /// How the stored data are walked.
    pub scrub: Scrub,
    /// The operator has looked at the clock: go on after a jump.
    pub clock_jump_accepted: bool,
    /// How long a stopping node waits for what it has begun, milliseconds.
    pub shutdown_ms: u64,
}

/// How other nodes are met: always mutual TLS 1.3 with SM suites.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Where this node listens for others; the ledger names the address under which they find it.
    pub listen: SocketAddr,
    /// File of the transport certificate whose key the ledger names, PEM.
    pub certificate: PathBuf,
    /// File of its key, PKCS #8 PEM.
    pub key: PathBuf,
    /// File that tells a node which is not in genesis about the others; need not be there.
    pub introduction: PathBuf,
    /// Heartbeats and elections.
    pub timing: consensus::Timing,
}

/// A witness (protocol §3): it cosigns checkpoints that it has followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Under which name the ledger has its key.
    pub name: String,
    /// File of its key.
    pub key: PathBuf,
    /// File in which it remembers for ever what it signed last.
    pub memory: PathBuf,
}

/// Bounds of the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Size of a request, bytes.
    pub request_bytes_max: usize,
    /// Requests that are worked on at once.
    pub requests_max: usize,
    /// Envelopes that wait for a batch.
    pub queue_envelopes_max: usize,
    /// Their size, rows included, bytes.
    pub queue_bytes_max: usize,
    /// Envelopes per second of one sender.
    pub sender_envelopes_per_second: u32,
    /// How many of them at once.
    pub sender_burst: u32,
    /// How long Submit waits for finality when the caller names no time, milliseconds.
    pub wait_default_ms: u64,
    /// The longest that a caller may name, milliseconds.
    pub wait_max_ms: u64,
    /// Items of a page when the caller names no size.
    pub page_default: u32,
    /// The largest page.
    pub page_max: u32,
    /// Watches that are open at once.
    pub watches_max: usize,
    /// How long a watch stays silent before it gives a sign of life, milliseconds.
    pub watch_silence_ms: u64,
}

/// How batches are filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batching {
    /// Envelopes of one batch.
    pub envelopes_max: usize,
    /// Size of one batch, bytes.
    pub bytes_max: usize,
    /// How long the first envelope waits for company, milliseconds.
    pub linger_ms: u64,
}

/// When the Raft log is shortened: a snapshot holds the whole ledger, so it must be rare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortening {
    /// Batches after which the next snapshot is made and the log behind it is given up.
    pub every_batches: u64,
    /// Batches that stay in the log, so that a member which lags a little needs no snapshot.
    pub batches_kept: u64,
}

/// How the stored data are walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scrub {
    /// At most so many bytes a second; 0 = never.
    pub bytes_per_second: u64,
    /// From the end of one walk to the beginning of the next, hours.
    pub every_hours: u64,
}

/// What a flag sets: key and value.
pub type Flags = BTreeMap<String, String>;

impl Config {
    /// Reads the settings of a file and what overrides them.
    ///
    /// # Errors
    /// Every problem found, not only the first.
    pub fn load(
        path: &Path,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: &Flags,
    ) -> Result<(Self, Vec<Setting>), Vec<Error>> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            vec![Error::FileUnreadable {
                path: path.display().to_string(),
                detail: error.to_string(),
            }]
        })?;
        let file = path.display().to_string();
        let folder = path.parent().unwrap_or(Path::new("."));
        let (settings, mut problems) = setting::gather(&file, &text, environment, flags);
        match Self::build(&settings, folder, &mut problems) {
            Some(config) if problems.is_empty() => Ok((config, settings)),
            _ => Err(problems),
        }
    }

    fn build(settings: &[Setting], folder: &Path, problems: &mut Vec<Error>) -> Option<Self> {
        let mut of = setting::Reader::new(settings, problems);
        let node = of.text("node.name");
        let genesis = of.text("node.genesis").map(|path| folder.join(path));
        let data = of.text("node.data").map(|path| folder.join(path));
        let statement_key = of.text("node.statement_key").map(|path| folder.join(path));
        let keys = Keys {
            provider: of
                .text("keys.provider")
                .and_then(|word| Provider::from_word(&word))
                .unwrap_or_default(),
            library: of.given("keys.library").map(PathBuf::from),
            token: of.given("keys.token"),
            profile: of.given("keys.profile"),
            key: of.given("keys.key"),
            indices: of
                .given("keys.indices")
                .iter()
                .flat_map(|list| list.split(','))
                .filter_map(|number| number.trim().parse().ok())
                .collect(),
            pin_file: of.given("keys.pin_file").map(PathBuf::from),
        }
        .within(folder);
        let listen = of.address("api.listen");
        let profile = of.text("tls.profile");
        let tls = profile.as_deref().and_then(Profile::from_word);
        let tls = tls.and_then(|profile| {
            let file = |key| of.given(key).map(|path| folder.join(path));
            let international = file("tls.international_certificate")
                .zip(file("tls.international_key"))
                .map(|(certificate, key)| Pair { certificate, key });
            Some(Tls {
                profile,
                sm: Pair {
                    certificate: file("tls.certificate")?,
                    key: file("tls.key")?,
                },
                international,
                clients: Clients::from_word(&of.text("tls.clients")?)?,
                client_authorities: file("tls.client_ca"),
                revocation_lists: file("tls.revocation_lists"),
            })
        });
        let peer = of.other_address("peer.listen").and_then(|listen| {
            Some(Peer {
                listen,
                certificate: folder.join(of.text("peer.certificate")?),
                key: folder.join(of.text("peer.key")?),
                introduction: folder.join(of.text("peer.introduction")?),
                timing: match of.text("peer.timing")?.as_str() {
                    "wan" => consensus::Timing::WAN,
                    _ => consensus::Timing::LAN,
                },
            })
        });
        let witness = of.given("witness.name").and_then(|name| {
            Some(Witness {
                name,
                key: folder.join(of.text("witness.key")?),
                memory: folder.join(of.text("witness.memory")?),
            })
        });
        let limits = Limits {
            request_bytes_max: of.size("limits.request_bytes_max"),
            requests_max: of.size("limits.requests_max"),
            queue_envelopes_max: of.size("limits.queue_envelopes_max"),
            queue_bytes_max: of.size("limits.queue_bytes_max"),
            sender_envelopes_per_second: of.count("limits.sender_envelopes_per_second"),
            sender_burst: of.count("limits.sender_burst"),
            wait_default_ms: of.number("limits.wait_default_ms"),
            wait_max_ms: of.number("limits.wait_max_ms"),
            page_default: of.count("limits.page_default"),
            page_max: of.count("limits.page_max"),
            watches_max: of.size("limits.watches_max"),
            watch_silence_ms: of.number("limits.watch_silence_ms"),
        };
        let batch = Batching {
            envelopes_max: of.size("batch.envelopes_max"),
            bytes_max: of.size("batch.bytes_max"),
            linger_ms: of.number("batch.linger_ms"),
        };
        let snapshot = Shortening {
            every_batches: of.number("snapshot.every_batches"),
            batches_kept: of.number("snapshot.batches_kept"),
        };
        let scrub = Scrub {
            bytes_per_second: of.number("scrub.bytes_per_second"),
            every_hours: of.number("scrub.every_hours"),
        };
        let clock_jump_accepted = of.flag("clock.jump_accepted");
        let shutdown_ms = of.number("node.shutdown_ms");
        Some(Self {
            node: node?,
            genesis: genesis?,
            data: data?,
            statement_key: statement_key?,
            keys,
            listen: listen?,
            tls,
            peer,
            witness,
            limits,
            batch,
            snapshot,
            scrub,
            clock_jump_accepted,
            shutdown_ms,
        })
    }

    /// Opens the statement key. Nobody is asked: a passphrase or PIN is in the file that the settings name.
    ///
    /// # Errors
    /// Those of [`Keys::open`].
    pub fn open_statement_key(&self) -> Result<Key, Error> {
        self.keys.open(&self.statement_key, &|_| None)
    }

    /// What this node was told about the others, if it is not in genesis.
    ///
    /// # Errors
    /// [`Error::FileUnreadable`], [`Error::IntroductionInvalid`].
    pub fn introduction(&self, network: &NetworkId) -> Result<Option<Roster>, Error> {
        match &self.peer {
            Some(peer) => introduction::read(&peer.introduction, network),
            None => Ok(None),
        }
    }

    /// Looks at what the settings point to: address, files, keys, genesis. Nothing is written.
    #[must_use]
    pub fn check(&self) -> Vec<Error> {
        let mut problems = Vec::new();
        if let Err(error) = crate::api::check_address(self.listen, self.tls.is_some()) {
            problems.push(error);
        }
        problems.extend(self.tls.as_ref().and_then(|tls| tls.prepare().err()));
        problems.extend(
            self.peer.as_ref().and_then(|peer| {
                crate::peer::Credentials::read(&peer.certificate, &peer.key).err()
            }),
        );
        match (Folder::genesis(&self.genesis), self.open_statement_key()) {
            (Ok(founded), Ok(key)) => {
                let told = match self.introduction(&founded.network_id()) {
                    Ok(told) => told,
                    Err(error) => {
                        problems.push(error);
                        None
                    }
                };
                if let Err(error) = crate::service::identity(
                    &founded,
                    told.as_ref(),
                    &self.node,
                    key.public_key(),
                    &self.statement_key,
                ) {
                    problems.push(error);
                }
            }
            (founded, key) => problems.extend(founded.err().into_iter().chain(key.err())),
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(
        text: &str,
        environment: &[(&str, &str)],
        flags: &[(&str, &str)],
    ) -> Result<(Config, Vec<Setting>), Vec<Error>> {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).expect("written");
        let pair = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        Config::load(
            &path,
            environment.iter().map(pair),
            &flags.iter().map(pair).collect(),
        )
    }

    const SMALLEST: &str = "[node]\nname = \"node-1\"\ngenesis = \"../genesis.pb\"\n";

    #[test]
    fn later_sources_win_and_each_value_knows_its_origin() {
        let text = format!("{SMALLEST}[batch]\nlinger_ms = 7\nenvelopes_max = 9\n");
        let (config, settings) = load(
            &text,
            &[("HENGTAN__BATCH__LINGER_MS", "8"), ("HENGTAN_LANG", "zh")],
            &[("api.listen", "127.0.0.1:0")],
        )
        .expect("valid");
        assert_eq!((config.batch.linger_ms, config.batch.envelopes_max), (8, 9));
        assert_eq!(config.listen.port(), 0);
        let origin = |key: &str| {
            settings
                .iter()
                .find(|setting| setting.key == key)
                .map(|setting| setting.origin.clone())
        };
        assert_eq!(
            origin("batch.linger_ms"),
            Some(Origin::Environment("HENGTAN__BATCH__LINGER_MS".to_owned()))
        );
        assert!(
            matches!(
                origin("batch.envelopes_max"),
                Some(Origin::File { line: 6, .. })
            ),
            "{:?}",
            origin("batch.envelopes_max")
        );
        assert_eq!(origin("api.listen"), Some(Origin::Flag));
        assert_eq!(origin("limits.page_max"), Some(Origin::Default));
    }

    #[test]
    fn every_problem_is_reported_at_once() {
        let problems = load(
            "[node]\ngenesis = 3\n[batch]\nlingerms = 7\nlinger_ms = \"soon\"\n",
            &[("HENGTAN__NO__SUCH", "1")],
            &[],
        )
        .expect_err("invalid");
        let mut codes: Vec<_> = problems.iter().map(Error::code).collect();
        codes.sort_unstable();
        assert_eq!(
            codes,
            [
                "HT-NOD-004",
                "HT-NOD-004",
                "HT-NOD-005",
                "HT-NOD-005",
                "HT-NOD-006"
            ]
        );
    }

    #[test]
    fn the_documentation_names_every_setting_with_its_default() {
        for text in [
            include_str!("../../../docs/en/node.md"),
            include_str!("../../../docs/zh-CN/node.md"),
        ] {
            for (key, _, default) in SETTINGS {
                let line = text
                    .lines()
                    .find(|line| line.starts_with('|') && line.contains(&format!("`{key}`")));
                assert!(
                    line.is_some_and(|line| line.contains(default)),
                    "{key} {default}"
                );
            }
        }
    }

    #[test]
    fn broken_toml_names_its_line() {
        let problems = load("[node]\nname = \n", &[], &[]).expect_err("invalid");
        assert!(
            matches!(problems.as_slice(), [Error::ConfigSyntax { line: 2, .. }]),
            "{problems:?}"
        );
    }
}
