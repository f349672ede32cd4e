#!/bin/sh
# Puts known classes of bugs back, one at a time, into a copy of the tree, and shows that the simulation catches each:
#   tests/known-bugs/run.sh [PATCH...]
# A bug that no longer fits the code, or that nothing notices, is a failure.
set -eu
cd "$(dirname "$0")/../.."
root=$PWD
target=${CARGO_TARGET_DIR:-$root/target}
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -x -C "$copy"
[ $# -gt 0 ] || set -- "$root"/tests/known-bugs/*.patch
missed=0
for patch in "$@"; do
  name=$(basename "$patch" .patch)
  wanted=$(sed -n 's/^# caught by: //p' "$patch")
  (cd "$copy" && git apply "$patch")
  # From this folder, so that the copy takes this tree's settings of Cargo; built beside this tree's own.
  (cd "$copy" && CARGO_TARGET_DIR="$target/known-bugs" cargo build --locked --quiet --profile simulation -p hengtan-simulation --bin simulate)
  if said=$("$target/known-bugs/simulation/simulate" --seeds 40 2>/dev/null); then
    echo "$name: NOT NOTICED"
    missed=1
  else
    found=$(printf '%s\n' "$said" | grep -oE "seed [0-9]+: [a-z_]+" || true)
    if [ -z "$found" ]; then
      echo "$name: NOT NOTICED"
      missed=1
    elif printf '%s\n' "$found" | grep -qE ": ($wanted)$"; then
      echo "$name: caught: $(printf '%s\n' "$found" | sed 's/.*: //' | sort | uniq -c | sort -rn | awk '{printf "%s%s %s", sep, $2, $1; sep=", "}')"
    else
      echo "$name: noticed, but not as expected ($wanted): $said"
      missed=1
    fi
  fi
  (cd "$copy" && git apply -R "$patch")
done
exit $missed
