#!/bin/sh
# Compares two result files and fails if a time has grown beyond noise:
# bench/compare.sh BEFORE.tsv AFTER.tsv [tolerance, 0.05]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "$root/diffsynth-bench/target/benchmarks.jar" \
  org.diffsynth.bench.CompareResults "$@"
