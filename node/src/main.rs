//! The `hengtan` binary.

fn main() -> std::process::ExitCode {
    hengtan::cli::run()
}
