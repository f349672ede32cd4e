#!/bin/sh
# Real nodes under random faults for as long as you like:
#   tests/blackbox/run.sh --minutes 60 [--seed 7]
set -eu
cd "$(dirname "$0")/../.."
minutes=10
seed=
while [ $# -gt 0 ]; do
  case $1 in
    --minutes) minutes=$2; shift 2 ;;
    --seed) seed=$2; shift 2 ;;
    *) sed -n '2,3s/^# //p' "$0"; exit 2 ;;
  esac
done
cargo build --locked --workspace --exclude hengtan-simulation --bin hengtan
HENGTAN_MINUTES=$minutes ${seed:+HENGTAN_SEED=$seed} \
  exec cargo test --locked --workspace --exclude hengtan-interop --exclude hengtan-simulation --test blackbox -- --nocapture consortium_under_faults
