#!/usr/bin/env bash
# Runs every fault of the cluster's suite, the rare ones as well, and prints what each has cost: about 15 min.
# Usage: deploy/test-faults.sh [--rounds N] [--filter EXPRESSION]
#   --rounds   how often a node of each role is killed: 10
# Exit status: 0 where every test passed, otherwise 1. Needs root, for network namespaces.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$ROOT/deploy/packages.sh"

usage() { sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

rounds=10 filter=FullyQualifiedName~Fault\|FullyQualifiedName~Failure
while (($# > 0)); do
  case $1 in
    --rounds) rounds=${2:?--rounds needs a number}; shift 2 ;;
    --filter) filter=${2:?--filter needs an expression}; shift 2 ;;
    --help|-h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[[ $rounds =~ ^[1-9][0-9]*$ ]] || die "--rounds is a number from 1, not '$rounds'"
((EUID == 0)) || die "this needs root: each node gets a network of its own"

need_dotnet
need_packages "${PACKAGES_TESTS[@]}" "${PACKAGES_CONTAINER[@]}"
step "build" dotnet build "$ROOT/Cluster.sln" -c Release -v quiet --nologo
rm -f "$ROOT/artifacts/faults.md"
status=0
HEARTH_FAULTS=all HEARTH_FAULT_ROUNDS=$rounds dotnet test "$ROOT/tests/Cluster.Tests" --no-build -c Release --nologo \
  --filter "$filter" --logger 'console;verbosity=normal' || status=$?
if [[ -s $ROOT/artifacts/faults.md ]]; then cat "$ROOT/artifacts/faults.md"; fi
exit "$status"
