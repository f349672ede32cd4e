//! The node's gRPC APIs, for clients and between nodes: messages, client and server as generated from `proto/`. No logic lives here.
//!
//! Messages of the ledger itself (envelopes, entries, receipts, state values) are those of `hengtan-ledger`.

/// `hengtan.api.v1`.
#[allow(missing_docs, clippy::all, clippy::pedantic)]
pub mod v1 {
    tonic::include_proto!("hengtan.api.v1");
}

/// `hengtan.peer.v1`: from node to node.
#[allow(missing_docs, clippy::all, clippy::pedantic)]
pub mod peer {
    tonic::include_proto!("hengtan.peer.v1");
}

/// Name of the service, as health checks and reflection call it.
pub const SERVICE: &str = v1::ledger_server::SERVICE_NAME;

/// Encoded `google.protobuf.FileDescriptorSet` of the API and everything that it imports, for reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.binpb"));
