#!/usr/bin/env bash
# Measures a node of this commit beside bare servers and plain program starts, in one run; prints tables and writes
# artifacts/bench/latest.json. Best on a machine with nothing else to do.
# Usage: deploy/bench.sh [warm] [cold] [burst] [memory] [launchers] [soak] [idle] [stream] [messages]
#                        [hop] [functions] [sleepers] [cluster: these three]
#                        [--drivers container,process] [--rounds 3] [--seconds 2] [--samples 20] [--starts 10000] [--environments 2000]
#                        [--functions 10000] [--sleepers 1000] [--pin] [--node PROGRAM] [--output FILE]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$ROOT/deploy/packages.sh"

if [[ ${1:-} == --help || ${1:-} == -h ]]; then
  sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
  exit 0
fi

need_dotnet
need_packages "${PACKAGES_BENCH[@]}"
if ((EUID == 0)); then need_packages "${PACKAGES_CONTAINER[@]}"; fi
if [[ " $* " =~ \ (cluster|hop|functions|sleepers)\  ]]; then need_packages "${PACKAGES_CLUSTER[@]}"; fi
if [[ " $* " == *" launchers "* ]]; then need_packages "${PACKAGES_LAUNCHERS[@]}"; fi
if [[ " $* " != *" --node "* ]]; then "$ROOT/deploy/build.sh"; fi
step "build the bench" dotnet build "$ROOT/tests/Bench" -c Release -v quiet --nologo
# The bench looks for the node and writes its results by paths relative to the repository.
cd "$ROOT"
exec tests/Bench/bin/Release/net10.0/Bench "$@"
