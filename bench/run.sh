#!/bin/sh
# Builds and runs the benchmarks, and writes their results to a file.
#
#   bench/run.sh RESULTS.tsv [JMH OPTIONS]
#
# JMH options are for example the name of a benchmark, or -p size=512x512 to set a parameter.
# JAVA_HOME selects the Java that is measured; SKIP_BUILD=1 measures the jar that is already built.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
jar=$root/diffsynth-bench/target/benchmarks.jar
if [ -z "${SKIP_BUILD:-}" ]; then
  mvn -q -B -f "$root/pom.xml" -pl diffsynth-bench -am package -DskipTests
fi
commit=$(git -C "$root" rev-parse --short HEAD)
git -C "$root" diff --quiet HEAD || commit=$commit-changed
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Dcommit="$commit" -jar "$jar" "$@"
