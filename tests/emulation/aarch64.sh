#!/bin/sh
# Builds the tests of crypto-sm for aarch64 and runs them under qemu-user on a CPU with every extension: what the code
# chooses at run time is compared there with the standards' vectors and with the portable code.
#   tests/emulation/aarch64.sh [--yes] [test filter]
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
lang=
assume_yes=${HENGTAN_YES:-0}
[ "${CI:-}" = true ] && assume_yes=1
[ "${1:-}" = --yes ] && { assume_yes=1; shift; }
# shellcheck source=deploy/prerequisites.sh
. "$root/deploy/prerequisites.sh"
cd "$root"

target=aarch64-unknown-linux-gnu
if ! command -v qemu-aarch64 >/dev/null 2>&1 || ! command -v aarch64-linux-gnu-gcc >/dev/null 2>&1; then
  install_packages deploy-emulation-need qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross
fi
if [ ! -d "$(rustc --print sysroot)/lib/rustlib/$target" ]; then
  command -v rustup >/dev/null 2>&1 || { say deploy-emulation-no-rustup target "$target"; exit 1; }
  rustup target add "$target" >&2
fi

export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64 -cpu max -L /usr/aarch64-linux-gnu"
exec cargo test --locked -p crypto-sm --lib --target "$target" -- "$@"
