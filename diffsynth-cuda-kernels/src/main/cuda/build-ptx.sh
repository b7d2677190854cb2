#!/bin/sh
# Compiles a .cu file to PTX: for compute capability 7.5 and up, stamped with PTX version 7.8 so that
# drivers from CUDA 11.8 on load it (nothing newer is used: ptxas agrees), and with the hash of all
# sources in its folder. Needs nvcc 13. Usage: build-ptx.sh SOURCE OUTPUT
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
