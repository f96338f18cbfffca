#!/usr/bin/env bash
# Publishes the node to artifacts/node/hearth-node and the command line to artifacts/cli/hearth (Release builds).
# Usage: deploy/build.sh [--self-contained]
#   --self-contained   with the .NET runtime in it, for machines that have none
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() { sed -n '2,4s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

runtime=--no-self-contained
while (($# > 0)); do
  case $1 in
    --self-contained) runtime=--self-contained; shift ;;
    --help|-h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

# publish PROJECT NAME: to a new folder first, so that a build that fails, or a node that still runs from the old
# folder, keeps whole files.
publish() {
  local out=$ROOT/artifacts/$2
  rm -rf "$out.new"
  # For this machine's runtime identifier: native libraries then lie beside the program, not in a folder runtimes/.
  dotnet publish "$ROOT/$1" -c Release -o "$out.new" --use-current-runtime "$runtime" -v quiet
  if [[ $2 == node ]]; then copy_runtimes "$out.new/runtimes"; fi
  rm -rf "$out"
  mv "$out.new" "$out"
}

# copy_runtimes FOLDER: manifests and bootstraps; of the .NET one what was built, and not what it was built from.
copy_runtimes() {
  dotnet build "$ROOT/runtimes/dotnet" -c Release -v quiet
  cp -R "$ROOT/runtimes" "$1"
  rm -rf "$1/dotnet/obj"
  rm -f "$1"/dotnet/*.cs "$1"/dotnet/*.csproj
}

need_dotnet
# Outside of a step, whose output is shown only where it fails: what is left out is to be read.
"$ROOT/runtimes/java/build.sh"
step "build the node" publish src/Node node
step "build the command line" publish src/Client/CommandLine cli
