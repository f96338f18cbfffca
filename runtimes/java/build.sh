#!/usr/bin/env bash
# Compiles the Java runtime: bootstrap.jar (for Java 17 and later) and libbootstrap.so (what of the C library Java
# does not have). Where there is no Java or C compiler it says so and builds nothing; the node then offers no java.
# Usage: runtimes/java/build.sh [FOLDER]     (by default into this script's own folder)
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:-$here}
javac=$(command -v javac || ls /usr/lib/jvm/*/bin/javac 2> /dev/null | head -n 1 || true)
if [[ -z $javac ]] || ! command -v cc > /dev/null; then
  echo "The java runtime is left out: it needs a Java compiler and a C compiler (openjdk-17-jdk-headless, gcc, libc6-dev)." >&2
  exit 0
fi
home=$(dirname "$(dirname "$(readlink -f "$javac")")")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Concatenation inline: the way through invokedynamic costs 20 ms at its first use.
"$home/bin/javac" --release 17 -g -Xlint:all -Werror -XDstringConcat=inline -d "$work/classes" "$here"/src/hearth/bootstrap/*.java
"$home/bin/javac" --release 17 -Xlint:all -Werror -d "$work/rehearsal" "$here"/src/rehearsal/*.java
# Stored, not deflated: read at every cold start.
"$home/bin/jar" --create --no-compress --file "$work/bootstrap.jar" --manifest "$here/manifest.mf" -C "$work/classes" .
cc -shared -fPIC -O2 -Wall -Wextra -Werror -I "$home/include" -I "$home/include/linux" \
  -o "$work/libbootstrap.so" "$here/src/process.c"
mkdir -p "$out/rehearsal/rehearsal"
# In one step each: a sandbox that starts meanwhile sees a whole file.
for file in rehearsal/rehearsal/Echo.class bootstrap.jar libbootstrap.so; do
  install -m 644 "$work/$file" "$out/$file.new"
  mv "$out/$file.new" "$out/$file"
done
