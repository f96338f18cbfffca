#!/usr/bin/env bash
# Makes the package folder: the application and the exact modules of package-lock.json, from npm.
# Usage: build.sh OUT_DIR
set -euo pipefail

out=${1:?usage: build.sh OUT_DIR}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

mkdir -p "$out"
cp "$here"/{app.js,index.js,package.json,package-lock.json,.npmrc} "$out/"
(cd "$out" && npm ci --omit=dev --ignore-scripts --loglevel=error)
rm "$out/.npmrc"
