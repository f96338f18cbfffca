# What the scripts of this folder share. Sourced, not run: sets ROOT, and leaves the working directory alone.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# runc and ip live where a plain user's PATH does not look.
PATH=$PATH:/usr/sbin:/sbin

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
  BOLD=$'\e[1m' DIM=$'\e[2m' GREEN=$'\e[32m' RED=$'\e[31m' YELLOW=$'\e[33m' PLAIN=$'\e[0m'
else
  BOLD='' DIM='' GREEN='' RED='' YELLOW='' PLAIN=''
fi

warn() { printf '%s  ! %s%s\n' "$YELLOW" "$*" "$PLAIN" >&2; }

die() {
  printf '%s  ✗ %s%s\n' "$RED" "$*" "$PLAIN" >&2
  exit 1
}

# Microseconds since the epoch.
now() { echo "${EPOCHREALTIME/[.,]/}"; }

# step_begin TITLE … step_end [NOTE]: one timed line of progress. On a terminal the title shows while it runs.
step_begin() {
  STEP_TITLE=$1
  STEP_START=$(now)
  if [[ -t 1 ]]; then printf '  %s… %s%s' "$DIM" "$STEP_TITLE" "$PLAIN"; fi
}

step_end() {
  local ms=$((($(now) - STEP_START) / 1000))
  if [[ -t 1 ]]; then printf '\r\e[K'; fi
  printf '  %s✓%s %-58s %s%4d.%03d s%s\n' "$GREEN" "$PLAIN" "$STEP_TITLE${1:+ ($1)}" "$DIM" $((ms / 1000)) $((ms % 1000)) "$PLAIN"
}

# step TITLE COMMAND…: runs the command quietly in a subshell; where it fails, shows what it wrote and ends the script.
step() {
  local title=$1 output status
  shift
  output=$(mktemp)
  step_begin "$title"
  # Not `if ( … )`: inside a condition bash ignores `set -e`, and a function would run past its own failures.
  set +e
  (set -e; "$@") > "$output" 2>&1
  status=$?
  set -e
  if ((status == 0)); then
    step_end
  else
    if [[ -t 1 ]]; then printf '\r\e[K'; fi
    tail -n 60 "$output" >&2
  fi
  rm -f "$output"
  ((status == 0)) || die "$title failed (status $status): $*"
}

# need_dotnet: finds the .NET 10 SDK, on the PATH or where its installers put it.
need_dotnet() {
  local folder
  for folder in '' "$HOME/.dotnet" /usr/share/dotnet /usr/lib/dotnet /usr/local/share/dotnet; do
    if [[ -n $folder && -x $folder/dotnet ]]; then PATH=$folder:$PATH; fi
    if dotnet --list-sdks 2> /dev/null | grep -q '^10\.'; then
      # The published programs look for the shared runtime here.
      DOTNET_ROOT=$(dirname "$(readlink -f "$(command -v dotnet)")")
      export PATH DOTNET_ROOT
      return
    fi
  done
  die "the .NET 10 SDK is needed and was not found: https://learn.microsoft.com/dotnet/core/install/linux-debian"
}

# run_as_root COMMAND…: directly as root, otherwise through sudo.
run_as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# trx_counter NAME FILE: one number out of a test run's result file.
trx_counter() { sed -n "s/.*<Counters[^>]* $1=\"\([0-9]*\)\".*/\1/p" "$2" | head -n 1; }
