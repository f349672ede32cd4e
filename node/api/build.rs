//! Compiles the API's protobuf without protoc; the ledger's messages are those of `hengtan-ledger`.

use std::error::Error;
use std::path::PathBuf;

use prost::Message as _;

fn main() -> Result<(), Box<dyn Error>> {
    let own = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("proto");
    let ledger = PathBuf::from(std::env::var("DEP_HENGTAN_LEDGER_PROTO")?);
    let service = own.join("hengtan/api/v1/ledger.proto");
    let peer = own.join("hengtan/peer/v1/peer.proto");
    let descriptors = protox::compile([&service], [&own, &ledger])?;
    let between_nodes = protox::compile([&peer], [&own, &ledger])?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("descriptors.binpb"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure()
        .extern_path(".hengtan.ledger.v1", "::hengtan_ledger::v1")
        .compile_fds(descriptors)?;
    tonic_prost_build::configure()
        .extern_path(".hengtan.ledger.v1", "::hengtan_ledger::v1")
        // Batches of megabytes: not copied once more.
        .bytes(".hengtan.peer.v1.RaftRequest.message")
        .bytes(".hengtan.peer.v1.RaftResponse.message")
        .compile_fds(between_nodes)?;
    println!("cargo:rerun-if-changed={}", own.display());
    println!("cargo:rerun-if-changed={}", ledger.display());
    Ok(())
}
