//! What the node counts. Whole numbers only: durations are sums of microseconds beside their counts.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use std::time::Duration;

/// Labels of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RequestLabels {
    /// `rest` or `grpc`.
    pub api: &'static str,
    /// Name of the procedure or route.
    pub route: String,
    /// HTTP status or gRPC status code.
    pub status: u32,
}

/// Labels of an envelope's end.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CodeLabels {
    /// Permanent code; `accepted` without one.
    code: String,
}

/// The node's metrics.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    envelopes: Family<CodeLabels, Counter>,
    handshakes: Family<CodeLabels, Counter>,
    peers_refused: Family<CodeLabels, Counter>,
    peers_failed: Family<CodeLabels, Counter>,
    peers_connected: Counter,
    roots_differ: Counter,
    batches: Counter,
    batch_envelopes: Counter,
    batch_bytes: Counter,
    commits: Counter,
    commit_microseconds: Counter,
    scrub_records: Counter,
    scrub_bytes: Counter,
    gauges: Gauges,
}

/// Values of one moment.
#[derive(Clone, Debug, Default)]
pub struct Gauges {
    /// Entries in the log.
    pub entries: Gauge,
    /// Entries that a final checkpoint covers.
    pub final_entries: Gauge,
    /// Envelopes that wait.
    pub queued: Gauge,
    /// Raft's term.
    pub raft_term: Gauge,
    /// 1 while this node leads.
    pub leader: Gauge,
    /// 1 while the node is ready.
    pub ready: Gauge,
    /// Size of the store, bytes.
    pub store_bytes: Gauge,
    /// Ledger time of the last batch, milliseconds since 1970.
    pub ledger_time_ms: Gauge,
    /// Entries that a final checkpoint covers which witnesses have cosigned too.
    pub witnessed_entries: Gauge,
    /// End of the last full walk over the stored data, milliseconds since 1970.
    pub scrubbed_at_ms: Gauge,
    /// Watches that are open.
    pub watches: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("hengtan");
        let requests = Family::default();
        let envelopes = Family::default();
        let handshakes = Family::default();
        let (peers_refused, peers_failed) = (Family::default(), Family::default());
        let [
            peers_connected,
            roots_differ,
            batches,
            batch_envelopes,
            batch_bytes,
            commits,
            commit_microseconds,
            scrub_records,
            scrub_bytes,
        ] = std::array::from_fn(|_| Counter::default());
        let gauges = Gauges::default();
        registry.register("requests", "Requests answered", Family::clone(&requests));
        registry.register(
            "envelopes",
            "Envelopes by outcome",
            Family::clone(&envelopes),
        );
        registry.register(
            "tls_handshakes_failed",
            "TLS handshakes that failed, by reason",
            Family::clone(&handshakes),
        );
        registry.register(
            "peers_refused",
            "Connections and requests of other nodes that were refused, by reason",
            Family::clone(&peers_refused),
        );
        registry.register(
            "peers_failed",
            "Connections to other nodes that failed, by reason",
            Family::clone(&peers_failed),
        );
        registry.register(
            "peers_connected",
            "Connections made to other nodes",
            Counter::clone(&peers_connected),
        );
        registry.register(
            "roots_differ",
            "Checkpoints of other nodes with other roots than this node's",
            Counter::clone(&roots_differ),
        );
        registry.register(
            "batches",
            "Batches proposed and applied",
            Counter::clone(&batches),
        );
        registry.register(
            "batch_envelopes",
            "Envelopes in those batches",
            Counter::clone(&batch_envelopes),
        );
        registry.register_with_unit(
            "batch",
            "Size of those batches",
            Unit::Bytes,
            Counter::clone(&batch_bytes),
        );
        registry.register(
            "commits",
            "Envelopes that were submitted and became final",
            Counter::clone(&commits),
        );
        registry.register(
            "commit_microseconds",
            "Time from submission to finality, summed, in microseconds",
            Counter::clone(&commit_microseconds),
        );
        registry.register(
            "scrub_records",
            "Stored records that were walked and found in order",
            Counter::clone(&scrub_records),
        );
        registry.register_with_unit(
            "scrub",
            "Size of those records of the store",
            Unit::Bytes,
            Counter::clone(&scrub_bytes),
        );
        for (name, help, gauge) in [
            ("entries", "Entries in the log", &gauges.entries),
            (
                "final_entries",
                "Entries that a final checkpoint covers",
                &gauges.final_entries,
            ),
            (
                "queued_envelopes",
                "Envelopes that wait for a batch",
                &gauges.queued,
            ),
            ("raft_term", "Current term", &gauges.raft_term),
            ("leader", "1 while this node leads", &gauges.leader),
            ("ready", "1 while the node is ready", &gauges.ready),
            (
                "store_bytes",
                "Size of the store on disk",
                &gauges.store_bytes,
            ),
            (
                "ledger_time_milliseconds",
                "Ledger time of the last batch since 1970",
                &gauges.ledger_time_ms,
            ),
            (
                "witnessed_entries",
                "Entries that a final checkpoint with witnesses covers",
                &gauges.witnessed_entries,
            ),
            (
                "scrubbed_time_milliseconds",
                "End of the last full walk over the stored data since 1970",
                &gauges.scrubbed_at_ms,
            ),
            ("watches", "Watches that are open", &gauges.watches),
        ] {
            registry.register(name, help, gauge.clone());
        }
        Self {
            registry,
            requests,
            envelopes,
            handshakes,
            peers_refused,
            peers_failed,
            peers_connected,
            roots_differ,
            batches,
            batch_envelopes,
            batch_bytes,
            commits,
            commit_microseconds,
            scrub_records,
            scrub_bytes,
            gauges,
        }
    }
}

impl Metrics {
    /// Counts a request.
    pub fn request(&self, labels: &RequestLabels) {
        self.requests.get_or_create(labels).inc();
    }

    /// Counts a failed TLS handshake: a permanent code, `timeout` or `connection`.
    pub fn handshake(&self, reason: &str) {
        self.handshakes
            .get_or_create(&CodeLabels {
                code: reason.to_owned(),
            })
            .inc();
    }

    /// Counts a peer that was refused: a permanent code, `timeout` or `connection`.
    pub fn peer_refused(&self, reason: &str) {
        self.peers_refused.get_or_create(&code_labels(reason)).inc();
    }

    /// Counts a peer that could not be connected to.
    pub fn peer_failed(&self, reason: &str) {
        self.peers_failed.get_or_create(&code_labels(reason)).inc();
    }

    /// Counts a connection that was made to a peer.
    pub fn peer_connected(&self) {
        self.peers_connected.inc();
    }

    /// Counts a checkpoint of another node with other roots.
    pub(super) fn roots_differ(&self) {
        self.roots_differ.inc();
    }

    /// Counts an envelope's end; empty code = accepted.
    pub(super) fn envelope(&self, code: &str) {
        let code = if code.is_empty() { "accepted" } else { code };
        self.envelopes
            .get_or_create(&CodeLabels {
                code: code.to_owned(),
            })
            .inc();
    }

    pub(super) fn batch(&self, envelopes: usize, bytes: usize) {
        self.batches.inc();
        self.batch_envelopes.inc_by(envelopes as u64);
        self.batch_bytes.inc_by(bytes as u64);
    }

    pub(super) fn commit(&self, time: Duration) {
        self.commits.inc();
        self.commit_microseconds
            .inc_by(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    }

    pub(super) fn scrubbed(&self, records: u64, bytes: u64) {
        self.scrub_records.inc_by(records);
        self.scrub_bytes.inc_by(bytes);
    }

    /// Values of one moment, to be set before [`Metrics::to_text`].
    pub(super) fn gauges(&self) -> &Gauges {
        &self.gauges
    }

    /// OpenMetrics text.
    ///
    /// # Errors
    /// Never in practice: a string takes everything.
    pub fn to_text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

fn code_labels(code: &str) -> CodeLabels {
    CodeLabels {
        code: code.to_owned(),
    }
}
