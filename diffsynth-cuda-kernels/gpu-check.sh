#!/bin/sh
# Checks the CUDA engine on a machine with a GPU. The machine needs the NVIDIA driver only.
#
#   gpu-check.sh pack           on a machine with Maven and a JDK: fills target/gpu-check with a small
#                               Java runtime and all jars (about 60 MB); then copy the folder of this
#                               module to the machine with the GPU
#   gpu-check.sh run [OPTIONS]  on the machine with the GPU: runs the contract suites, a test of every
#                               kernel, compute-sanitizer if it is installed, and timings, and prints
#                               one table
#
# OPTIONS: quick (small pictures), minutes=N (blend for N minutes and watch the memory), no-sanitizer,
# compare="COMMAND" (time another program on the same frames; see docs/gpu-results.md for its input).
# cuBLAS is measured if LD_LIBRARY_PATH contains the folder of libcublas.so.12. The status is 1 if a
# check failed or was skipped, or a figure exceeds its limit. Without a GPU, the check runs on the
# stand-ins that the tests build:  LD_LIBRARY_PATH=target/shim gpu-check.sh run quick
set -eu
cd "$(dirname "$0")"
packed=target/gpu-check

pack() {
  rm -rf "$packed"
  mkdir -p "$packed/lib"
  (cd .. && mvn -q -B test-compile -pl diffsynth-cuda-kernels -am)
  (cd .. && mvn -q -B test-compile dependency:build-classpath -pl diffsynth-cuda-kernels -am \
    -Dmdep.includeScope=test "-Dmdep.outputFile=$PWD/diffsynth-cuda-kernels/$packed/classpath")
  tr ':' '\n' < "$packed/classpath" | grep '\.jar$' | grep -v -e '/diffsynth-' -e windows | while read -r jar; do
    cp "$jar" "$packed/lib/"
  done
  for module in diffsynth-api diffsynth-testkit diffsynth-patchmatch diffsynth-cuda-kernels; do
    mkdir -p "$packed/classes/$module"
    cp -r "../$module/target/classes" "$packed/classes/$module/main"
    if [ "$module" = diffsynth-cuda-kernels ]; then
      cp -r "../$module/target/test-classes" "$packed/classes/$module/test"
    fi
  done
  git rev-parse --short HEAD > "$packed/commit"
  jlink --add-modules java.base,java.logging,java.management,jdk.unsupported \
    --strip-debug --no-header-files --no-man-pages --compress=2 --output "$packed/java"
  rm "$packed/classpath"
  du -sh "$packed"
}

run() {
  sanitizer=compute-sanitizer
  for option in "$@"; do
    shift
    case $option in
      no-sanitizer) sanitizer= ;;
      *) set -- "$@" "$option" ;;
    esac
  done
  java=$packed/java/bin/java
  classpath=$(for d in "$packed"/classes/*/*; do printf '%s:' "$d"; done)$packed/lib/*
  check=org.diffsynth.cuda.GpuCheck
  echo "commit $(cat "$packed/commit"), $(date -u +%Y-%m-%d)"
  status=0
  "$java" -cp "$classpath" "$check" "$@" || status=1
  if [ -n "$sanitizer" ] && command -v "$sanitizer" > /dev/null; then
    for tool in memcheck racecheck synccheck initcheck; do
      if "$sanitizer" --tool "$tool" --error-exitcode 9 \
        "$java" -cp "$classpath" "$check" tests > "$packed/$tool.log" 2>&1; then
        echo "| compute-sanitizer $tool | clean |"
      else
        echo "| compute-sanitizer $tool | failed, see $packed/$tool.log |"
        status=1
      fi
    done
  else
    echo "| compute-sanitizer | not run |"
  fi
  return $status
}

case ${1:-} in
  pack) pack ;;
  run) shift && run "$@" ;;
  *) sed -n '2,15p' "$(basename "$0")" && exit 2 ;;
esac
