#!/bin/sh
# Signs, decrypts and encrypts under valgrind's memcheck with keys marked as undefined: it fails if a branch or an address
# depends on one, or if the controls, which leak on purpose, are not caught.
#   tests/constant-time.sh [--yes]
# Valgrind emulates a processor with AVX2 and AES-NI, without ADX, AVX-512 and GFNI: those representations are not covered.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck disable=SC2034 # both are read by prerequisites.sh
lang=
# shellcheck disable=SC2034
assume_yes=${HENGTAN_YES:-0}
[ "${CI:-}" = true ] && assume_yes=1
[ "${1:-}" = --yes ] && assume_yes=1
# shellcheck source=deploy/prerequisites.sh
. "$root/deploy/prerequisites.sh"
cd "$root"

command -v valgrind >/dev/null 2>&1 || install_packages deploy-constant-time-need valgrind
cargo build --locked --release -p crypto-sm --no-default-features --features memcheck --example secrets
exec valgrind --quiet --error-limit=no "${CARGO_TARGET_DIR:-$root/target}/release/examples/secrets"
