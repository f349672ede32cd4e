#!/bin/sh
# One command from a fresh checkout to a proven inventory: finds or installs what the build needs, builds the release
# binary and runs `hengtan demo`.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
assume_yes=0
lang=
profile=${HENGTAN_PROFILE:-release}
demo_dir=$PWD/hengtan-demo
keep=
show_help=0
while [ $# -gt 0 ]; do
  case "$1" in
    --yes | -y) assume_yes=1 ;;
    --lang) lang=${2:?}; shift ;;
    --lang=*) lang=${1#--lang=} ;;
    --dir) demo_dir=${2:?}; shift ;;
    --dir=*) demo_dir=${1#--dir=} ;;
    --profile) profile=${2:?}; shift ;;
    --profile=*) profile=${1#--profile=} ;;
    --keep) keep=--keep ;;
    --help | -h) show_help=1 ;;
    *) unknown=$1 ;;
  esac
  shift
done
# shellcheck source=deploy/prerequisites.sh
. "$root/deploy/prerequisites.sh"
if [ "$show_help" = 1 ]; then
  for line in title usage yes lang dir profile keep; do say "deploy-help-$line"; done
  exit 0
fi
if [ -n "${unknown:-}" ]; then
  say deploy-unknown-option option "$unknown"
  exit 2
fi
# Refused before the build, not after it.
if [ -e "$demo_dir" ] && [ -n "$(ls -A "$demo_dir" 2>/dev/null || true)" ]; then
  say deploy-folder-not-empty dir "$demo_dir"
  exit 5
fi
say deploy-step-prerequisites
prerequisites || exit 1

free_kib=$(df -Pk "$root" | awk 'NR == 2 { print $4 }')
if [ "$free_kib" -lt 4194304 ]; then
  say deploy-low-disk free "$((free_kib / 1048576))"
  exit 1
fi

cd "$root"
say deploy-step-build
# The whole workspace is selected, here and in the tests: another selection means other features, and RocksDB again.
cargo build --locked --profile "$profile" --workspace --bin hengtan
folder=$profile
[ "$profile" = dev ] && folder=debug
binary=${CARGO_TARGET_DIR:-$root/target}/$folder/hengtan
say deploy-step-demo binary "$binary"
# shellcheck disable=SC2086
exec "$binary" --lang "$lang" demo --dir "$demo_dir" $keep
