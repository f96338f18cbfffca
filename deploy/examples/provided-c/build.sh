#!/usr/bin/env bash
# Makes the package folder: the compiled bootstrap.
# Usage: build.sh OUT_DIR
set -euo pipefail

out=${1:?usage: build.sh OUT_DIR}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

mkdir -p "$out"
gcc -std=c17 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -o "$out/bootstrap" "$here/bootstrap.c"
