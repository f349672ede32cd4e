//! Compiles the API's protobuf without protoc; the ledger's messages are those of `hengtan-ledger`.

use std::error::Error;
use std::path::PathBuf;

use prost::Message as _;

fn main() -> Result<(), Box<dyn Error>> {
    let own = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("proto");
    let ledger = PathBuf::from(std::env::var("DEP_HENGTAN_LEDGER_PROTO")?);
    let service = own.join("hengtan/api/v1/ledger.proto");
    let descriptors = protox::compile([&service], [&own, &ledger])?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("descriptors.binpb"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure()
        .extern_path(".hengtan.ledger.v1", "::hengtan_ledger::v1")
        .compile_fds(descriptors)?;
    println!("cargo:rerun-if-changed={}", own.display());
    println!("cargo:rerun-if-changed={}", ledger.display());
    Ok(())
}
