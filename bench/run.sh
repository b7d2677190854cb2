#!/bin/sh
# Runs benchmarks: bench/run.sh RESULTS.tsv [JMH options, such as a name or -p size=512x512]
# JAVA_HOME chooses the Java that is measured.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
jar=$root/diffsynth-bench/target/benchmarks.jar
if [ -z "${SKIP_BUILD:-}" ]; then
  mvn -q -B -f "$root/pom.xml" -pl diffsynth-bench -am package -DskipTests
fi
commit=$(git -C "$root" rev-parse --short HEAD)
git -C "$root" diff --quiet HEAD || commit=$commit-changed
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Dcommit="$commit" -jar "$jar" "$@"
