#!/usr/bin/env bash
# Tests that nodes of another revision and of this one are one cluster: three nodes of that revision with PostgreSQL, each in a network
# namespace of its own, become nodes of this one, one after the other and under load; then some go back. No request may fail.
# Usage: deploy/test-upgrade.sh REVISION [--keep DIR]
#   REVISION    the release before, as git knows it: a tag or a commit
#   --keep DIR  where its sources and its build are kept for the next time; otherwise they are removed
# Needs root, and installs what the tests need, as deploy/test.sh does.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$ROOT/deploy/packages.sh"

usage() { sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

revision='' keep=''
while (($# > 0)); do
  case $1 in
    --keep) keep=${2:?--keep needs a directory}; shift 2 ;;
    --help|-h) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) [[ -z $revision ]] || { usage >&2; exit 2; }; revision=$1; shift ;;
  esac
done
[[ -n $revision ]] || { usage >&2; exit 2; }
((EUID == 0)) || die "this needs root: it makes network namespaces"
commit=$(git -C "$ROOT" rev-parse --verify --quiet "$revision^{commit}") || die "git knows no revision '$revision'"
need_dotnet
need_packages "${PACKAGES_TESTS[@]}" "${PACKAGES_CONTAINER[@]}"

before=${keep:-$(mktemp -d)}
remove_before() {
  if [[ -z $keep ]]; then
    git -C "$ROOT" worktree remove --force "$before/sources" 2> /dev/null || true
    rm -rf "$before"
  fi
}
trap remove_before EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# check_out: the other revision's sources, outside of this repository's folder, whose settings for builds would hold for them.
check_out() {
  mkdir -p "$before"
  git -C "$ROOT" worktree prune
  if [[ -e $before/sources ]]; then
    git -C "$before/sources" checkout --quiet --detach "$commit"
  else
    git -C "$ROOT" worktree add --quiet --detach "$before/sources" "$commit"
  fi
}

step "check out ${commit:0:12}" check_out
step "build its node" dotnet build "$before/sources/src/Node" -c Release -v quiet
step "build this revision's node and tests" dotnet build "$ROOT/tests/Cluster.Tests" -c Release -v quiet
node=$before/sources/src/Node/bin/Release/net10.0/hearth-node
[[ -x $node ]] || die "$node was not built"
echo
HEARTH_NODE_BEFORE=$(readlink -f "$node") dotnet test "$ROOT/tests/Cluster.Tests" -c Release --no-build \
  --filter "FullyQualifiedName~UpgradeTests" --logger "console;verbosity=detailed"
