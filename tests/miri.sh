#!/bin/sh
# Runs tests of crypto-sm in Miri, which reports undefined behaviour: what is portable in SM2, SM3 and SM4, and the vectors of
# SSE2 in the inversion. Miri knows few of the other instructions, so that the code chooses none of them there.
#   tests/miri.sh [test filter …]
# Takes minutes. Needs rustup; the nightly toolchain and Miri are added by it.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

rustup +nightly component list --installed 2>/dev/null | grep -q '^miri' || {
  rustup toolchain install nightly --profile minimal >&2
  rustup +nightly component add miri rust-src >&2
}
# These take seconds there, others hours: a signature is a million instructions and more.
[ $# -gt 0 ] || set -- error:: sm2::inverse::row sm2::vectors::tests::emulated sm2::scalar::tests::constants \
  sm3::tests::annex_a sm3::kdf sm3::lanes::emulated sm4::ghash::integer sm4::tests::rfc_8998
export MIRIFLAGS="${MIRIFLAGS:-} -Zmiri-disable-isolation"
exec cargo +nightly miri test --locked -p crypto-sm --no-default-features --lib -- "$@"
