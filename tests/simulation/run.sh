#!/bin/sh
# Many seeds, or one with its trace:
#   tests/simulation/run.sh --seeds 5000             seeds 0 to 4999
#   tests/simulation/run.sh --from 5000 --seeds 5000
#   tests/simulation/run.sh --minutes 60 --from 0    as many as an hour allows
#   tests/simulation/run.sh --seed 17 --trace        everything that happens under seed 17
set -eu
cd "$(dirname "$0")/../.."
exec cargo run --locked --quiet --profile simulation -p hengtan-simulation --bin simulate -- "$@"
