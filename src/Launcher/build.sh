#!/bin/sh
# Compiles hearth-sandbox: one static program, as it runs in other mount namespaces than its libraries.
# Usage: src/Launcher/build.sh OUTPUT
set -eu
folder=$(cd "$(dirname "$0")" && pwd)
output=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The kernel's headers know each call's number on this architecture; some are expressions, which the compiler resolves.
echo '#include <asm/unistd.h>' | gcc -E -dM - |
  sed -n 's/^#define __NR_\([a-z][a-z0-9_]*\) .*/  {"\1", __NR_\1},/p' | sort > "$work/system-calls.inc"

gcc -std=gnu11 -O2 -Wall -Wextra -Werror -Wshadow -Wconversion -fstack-protector-strong -D_FORTIFY_SOURCE=2 -D_GNU_SOURCE \
  -static -s -I "$work" -o "$work/hearth-sandbox" "$folder"/*.c
mkdir -p "$(dirname "$output")"
mv -f "$work/hearth-sandbox" "$output"
