#!/usr/bin/env bash
# Installs what the tests need, builds once, runs every test project, and ends with one line: N passed, N failed.
# Usage: deploy/test.sh [--filter EXPRESSION]     (the expression is dotnet test's own)
# Exit status: 0 where no test failed, otherwise 1. A project whose test host crashed or hung, or that ran no test,
# counts as one failure and is named.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$ROOT/deploy/packages.sh"

usage() { sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

filter=''
while (($# > 0)); do
  case $1 in
    --filter) filter=${2:?--filter needs an expression}; shift 2 ;;
    --help|-h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

results=$ROOT/artifacts/test-results
passed=0 failed=0 skipped=0
problems=()

run_project() { # path of the project's file
  local name file status=0 ran bad
  name=$(basename "$1" .csproj)
  file=$results/$name.trx
  printf '\n%s%s%s\n' "$BOLD" "$name" "$PLAIN"
  dotnet test "$1" --no-build -c Release --nologo \
    --results-directory "$results" --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" \
    --blame-hang-timeout 10m --blame-hang-dump-type none ${filter:+--filter "$filter"} || status=$?
  if [[ ! -s $file ]]; then
    # With a filter, a project in which nothing matches writes no results and is no failure.
    if [[ -n $filter && $status == 0 ]]; then return; fi
    problems+=("$name: its test host left no results (status $status)")
    return
  fi
  ran=$(trx_counter executed "$file") bad=$(trx_counter failed "$file")
  passed=$((passed + $(trx_counter passed "$file")))
  failed=$((failed + bad))
  skipped=$((skipped + $(trx_counter total "$file") - ran))
  if ((status != 0 && bad == 0)); then
    problems+=("$name: its test host crashed or hung (status $status) after $ran tests")
  elif ((ran == 0)) && [[ -z $filter ]]; then
    problems+=("$name: no test ran")
  fi
}

run_script() { # path; it ends with the line that this one ends with
  local name status=0
  name=$(basename "$1")
  printf '\n%s%s%s\n' "$BOLD" "$name" "$PLAIN"
  "$1" > "$results/$name.log" 2>&1 || status=$?
  if [[ $(tail -n 1 "$results/$name.log") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
    if ((BASH_REMATCH[2] == 0)); then tail -n 1 "$results/$name.log"; else cat "$results/$name.log"; fi
  else
    cat "$results/$name.log"
    problems+=("$name: it did not come to its end (status $status)")
  fi
}

need_dotnet
need_packages "${PACKAGES_TESTS[@]}"
if ((EUID == 0)); then need_packages "${PACKAGES_CONTAINER[@]}" "${PACKAGES_INSTALL[@]}"; fi
rm -rf "$results" "$ROOT/artifacts/faults.md"
mkdir -p "$results"
step "build the java runtime" "$ROOT/runtimes/java/build.sh"
step "build" dotnet build "$ROOT/Cluster.sln" -c Release -v quiet --nologo

for project in "$ROOT"/tests/*.Tests/*.csproj; do run_project "$project"; done
if [[ -z $filter ]] && ((EUID == 0)); then run_script "$ROOT/deploy/test-install.sh"; fi

echo
if [[ -s $ROOT/artifacts/faults.md ]]; then cat "$ROOT/artifacts/faults.md"; fi
if [[ -n $filter ]] && ((passed + failed == 0)); then problems+=("no test matches $filter"); fi
if ((skipped > 0)); then warn "$skipped skipped"; fi
for problem in ${problems[@]+"${problems[@]}"}; do warn "$problem"; done
failed=$((failed + ${#problems[@]}))
echo "$passed passed, $failed failed"
((failed == 0))
