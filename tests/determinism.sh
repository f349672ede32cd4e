#!/bin/sh
# The same inputs give the same bytes on x86-64, in WebAssembly and on aarch64.
#
# Needs: rustup targets wasm32-unknown-unknown and aarch64-unknown-linux-gnu, gcc-aarch64-linux-gnu, qemu-user, Node.js.
# Prints the SHA-256 of all results on each machine; fails if one differs.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
target=${CARGO_TARGET_DIR:-$here/determinism/target}
build() { cargo build --release --manifest-path "$here/determinism/Cargo.toml" --target-dir "$target" "$@"; }

build --bin determinism
"$target/release/determinism" > "$out/x86_64"

build --lib --target wasm32-unknown-unknown
node "$here/determinism/wasm.mjs" "$target/wasm32-unknown-unknown/release/determinism.wasm" > "$out/wasm32"

export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
build --bin determinism --target aarch64-unknown-linux-gnu
qemu-aarch64 -L /usr/aarch64-linux-gnu "$target/aarch64-unknown-linux-gnu/release/determinism" > "$out/aarch64"

cd "$out"
wc -l x86_64
sha256sum x86_64 wasm32 aarch64
cmp x86_64 wasm32
cmp x86_64 aarch64
