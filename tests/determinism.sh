#!/bin/sh
# The same inputs give the same bytes on this machine, in WebAssembly and on aarch64 under emulation: every worked example
# of the engine is calculated on each, and the results are compared byte by byte.
#   tests/determinism.sh [--strict]
# Needs Node.js for WebAssembly; for aarch64 qemu-user, gcc-aarch64-linux-gnu and libc6-dev-arm64-cross. What is missing is
# skipped by name, and with --strict refused. Rust's targets are added by rustup. SECONDS_MAX bounds each run (600).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/.." && pwd)
# shellcheck disable=SC2034 # read by prerequisites.sh
lang=
# shellcheck source=deploy/prerequisites.sh
. "$root/deploy/prerequisites.sh"
strict=0
[ "${1:-}" = --strict ] && strict=1
limit=${SECONDS_MAX:-600}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
target=${CARGO_TARGET_DIR:-$root/target}/determinism
# The versions of all dependencies are those of the product.
cp "$root/Cargo.lock" "$here/determinism/Cargo.lock"

build() {
  cargo build --quiet --release --manifest-path "$here/determinism/Cargo.toml" --target-dir "$target" "$@"
}

skip() { # MACHINE WHAT
  say deploy-determinism-skip machine "$1" missing "$2"
  [ "$strict" = 0 ] || exit 1
}

rust_target() { # TARGET: there, or added
  [ -d "$(rustc --print sysroot)/lib/rustlib/$1" ] && return 0
  command -v rustup >/dev/null 2>&1 && rustup target add "$1" >&2
}

native=$(uname -m)
build --bin determinism
timeout "$limit" "$target/release/determinism" > "$out/$native"
# A comparison of nothing with nothing would be equal too.
lines=$(wc -l < "$out/$native")
cases=$(grep -c '^# ' "$out/$native")
[ "$cases" -ge 100 ] || { say deploy-determinism-empty cases "$cases"; exit 1; }

wasm=wasm32-unknown-unknown
if ! command -v node >/dev/null 2>&1; then
  skip wasm32 node
elif ! rust_target "$wasm"; then
  skip wasm32 "$wasm"
else
  build --lib --target "$wasm"
  timeout "$limit" node "$here/determinism/wasm.mjs" "$target/$wasm/release/determinism.wasm" > "$out/wasm32"
fi

arm=aarch64-unknown-linux-gnu
if [ "$native" = aarch64 ]; then
  :
elif ! command -v qemu-aarch64 >/dev/null 2>&1; then
  skip aarch64 qemu-user
elif ! command -v aarch64-linux-gnu-gcc >/dev/null 2>&1; then
  skip aarch64 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross'
elif ! rust_target "$arm"; then
  skip aarch64 "$arm"
else
  CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
  export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER
  build --bin determinism --target "$arm"
  timeout "$limit" qemu-aarch64 -L /usr/aarch64-linux-gnu "$target/$arm/release/determinism" > "$out/aarch64"
fi

cd "$out"
sha256sum ./* | sed 's| \./| |'
for machine in *; do
  cmp "$native" "$machine" || { say deploy-determinism-differs machine "$machine" native "$native"; exit 1; }
done
say deploy-determinism-equal cases "$cases" lines "$lines" machines "$(echo *)"
