#!/bin/sh
# The second command: sets up what the tests need and passes all of them.
#   tests/run.sh             everything
#   tests/run.sh -p crate    one crate; further arguments go to `cargo test`
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
lang=
assume_yes=${HENGTAN_YES:-0}
[ "${CI:-}" = true ] && assume_yes=1
# shellcheck source=deploy/prerequisites.sh
. "$root/deploy/prerequisites.sh"
prerequisites || exit 1
cd "$root"

if [ $# -gt 0 ]; then
  case "$*" in *hengtan-interop*) tests/interop/prepare.sh ;; esac
  exec cargo test --locked "$@"
fi

say deploy-test-step-wasm
sysroot=$(rustc --print sysroot)
if [ ! -d "$sysroot/lib/rustlib/wasm32-unknown-unknown" ]; then
  command -v rustup >/dev/null 2>&1 || { say deploy-test-no-rustup; exit 1; }
  rustup target add wasm32-unknown-unknown >&2
fi
for crate in crypto-sm accounting hengtan-ledger; do
  cargo check --locked --quiet -p "$crate" --no-default-features --target wasm32-unknown-unknown
done

say deploy-test-step-build
# The whole-product tests run the binary; it is built with the same profile, beside them.
cargo build --locked --workspace --exclude hengtan-simulation --bin hengtan
# One failure must not hide the others.
cargo test --locked --workspace --exclude hengtan-interop --exclude hengtan-simulation --no-fail-fast

say deploy-test-step-simulation
# Apart, so that the engine's simulated runtime is not unified into the binary above; thousands of seeds: tests/simulation/run.sh.
cargo test --locked --profile simulation -p hengtan-simulation -- --nocapture

say deploy-test-step-interop
tests/interop/prepare.sh
# The tables of what was compared with whom, and how often, belong into the log.
cargo test --locked -p hengtan-interop -- --nocapture
