#!/bin/sh
# Compiles all kernels to the PTX in the jar: for compute capability 7.5 and up, stamped with PTX
# version 7.8 so that drivers from CUDA 11.8 on load it (nothing newer is used: ptxas agrees), and
# with the hash of the sources. Needs nvcc 13. Usage: build-ptx.sh OUTPUT
set -eu
cd "$(dirname "$0")"
LC_ALL=C
export LC_ALL
out=$1
hash=$(cat *.cu *.cuh | sha256sum | cut -d' ' -f1)
nvcc -std=c++17 -arch=compute_75 -ptx diffsynth.cu -o "$out.raw"
{
  echo "// Sources: sha256 $hash"
  sed 's/^\.version .*/.version 7.8/' "$out.raw"
} > "$out"
rm "$out.raw"
