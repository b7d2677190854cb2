#!/bin/sh
# Compares two result files of bench/run.sh; ends with status 1 if a time is slower beyond noise.
#
#   bench/compare.sh BEFORE.tsv AFTER.tsv [TOLERANCE]
#
# TOLERANCE is the growth of a mean that still counts as noise, as a share; default 0.05.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "$root/diffsynth-bench/target/benchmarks.jar" \
  org.diffsynth.bench.CompareResults "$@"
