#!/bin/sh
# Makes the programs ready that the interoperability tests talk to: libraries from their registries by the ordinary
# clients, at the versions pinned here, below Cargo's target folder. What is ready and unchanged is left alone. A missing
# runtime is named and left out; with CI=true it is an error.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
lang=${lang:-}
assume_yes=${assume_yes:-${HENGTAN_YES:-0}}
# shellcheck source=deploy/prerequisites.sh
. "$root/deploy/prerequisites.sh"
sources=$root/tests/interop
target=${CARGO_TARGET_DIR:-$root/target}/interop
status=0

# runtime COMMAND PACKAGE...: whether it is there, or can be installed.
runtime() {
  command -v "$1" >/dev/null 2>&1 && return 0
  _command=$1
  shift
  install_packages deploy-interop-need "$@" && command -v "$_command" >/dev/null 2>&1 && return 0
  set -- "$_command"
  say deploy-interop-missing runtime "$1"
  [ "${CI:-}" != true ] || status=1
  return 1
}

# changed PEER: whether its sources are not those it was made ready from; then its folder is empty.
changed() {
  fingerprint=$(cd "$sources/$1" && find . -type f | LC_ALL=C sort | xargs cat | cksum)
  [ "$(cat "$target/$1/ready" 2>/dev/null)" != "$fingerprint" ] || return 1
  rm -rf "${target:?}/$1"
  mkdir -p "$target/$1"
  say deploy-interop-prepare peer "$1"
}

# ready PEER: notes what it was made from.
ready() {
  printf '%s\n' "$fingerprint" >"$target/$1/ready"
}

# Registries are asked at most three times, each for five minutes: the network may hiccup.
fetch() {
  for _ in 1 2 3; do
    timeout 300 "$@" >&2 && return 0
  done
  say deploy-interop-failed command "$*"
  return 1
}

if runtime go golang-go && changed go; then
  (cd "$sources/go" && fetch env GOFLAGS=-mod=readonly go build -trimpath -o "$target/go/peer" .) && ready go || status=1
fi

if runtime node nodejs && runtime npm npm && changed node; then
  cp "$sources/node/"* "$target/node/"
  fetch npm ci --prefix "$target/node" --ignore-scripts --no-audit --no-fund --silent && ready node || status=1
fi

if runtime javac default-jdk-headless && runtime mvn maven && changed java; then
  fetch mvn --quiet --batch-mode --file "$sources/java/pom.xml" dependency:copy-dependencies \
    -DoutputDirectory="$target/java/lib" -Dmdep.useBaseVersion=true &&
    javac -d "$target/java/classes" -cp "$target/java/lib/*" "$sources/java/interop/"*.java && ready java || status=1
fi

# The folder of the peer is the environment itself; its packages are named with their digests.
if runtime python3 python3-venv &&
  { python3 -c 'import ensurepip' 2>/dev/null || install_packages deploy-interop-need python3-venv; } && changed python; then
  python3 -m venv "$target/python" &&
    fetch "$target/python/bin/pip" install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
      --requirement "$sources/python/requirements.txt" && ready python || status=1
fi

runtime openssl openssl || true
exit $status
