#!/usr/bin/env bash
# Makes the package folder: the handler, and Pillow as Debian's python3-pil ships it.
# Usage: build.sh OUT_DIR
set -euo pipefail

out=${1:?usage: build.sh OUT_DIR}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
pillow=/usr/lib/python3/dist-packages/PIL

if [[ ! -d $pillow ]]; then
  echo "build.sh: Pillow is not in $pillow; install it: apt-get install python3-pil" >&2
  exit 1
fi

# The image libraries that Pillow links to (libjpeg, libtiff, …) are not packed: python3-pil brought them into /usr,
# and a sandbox sees the machine's own /usr.
mkdir -p "$out"
rm -rf "$out/PIL"
cp "$here/app.py" "$out/"
cp -rL "$pillow" "$out/PIL"
find "$out" -name __pycache__ -type d -prune -exec rm -rf {} +
