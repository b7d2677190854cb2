#!/bin/sh
# Compiles a .cu file to PTX.
#
#   build-ptx.sh SOURCE OUTPUT
#
# Needs nvcc of CUDA 13. The PTX is for compute capability 7.5 and higher. Its first line is the hash
# of all .cu and .cuh files in the folder of SOURCE; a test compares the hash with the sources. The
# PTX version is set to 7.8, so that drivers of CUDA 11.8 and newer load it: the kernels use no newer
# instruction, which a test confirms by assembling the result.
set -eu
LC_ALL=C
export LC_ALL
cd "$(dirname "$1")"
source=$(basename "$1")
out=$2
hash=$(cat *.cu *.cuh 2> /dev/null | sha256sum | cut -d' ' -f1)
nvcc -std=c++17 -arch=compute_75 -ptx "$source" -o "$out.raw"
{
  echo "// Sources: sha256 $hash"
  sed 's/^\.version .*/.version 7.8/' "$out.raw"
} > "$out"
rm "$out.raw"
