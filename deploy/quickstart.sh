#!/usr/bin/env bash
# From a fresh machine to a running node: installs what is missing, builds, starts a node, deploys a Python and a Node
# function, invokes both, and runs until Ctrl-C.
# Usage: deploy/quickstart.sh [--once] [--sandbox container|process|auto] [--http ADDR:PORT] [--data DIR]
#   --once      end after the demonstration, with status 0 if nothing is left behind
#   --sandbox   how functions are isolated; auto (the default) is container where root and runc allow it
#   --http      where the Lambda API listens (default 127.0.0.1:9070)
#   --data      where functions, packages and logs are kept (default .hearth in the repository)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$ROOT/deploy/packages.sh"
source "$ROOT/deploy/node.sh"

usage() { sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

once='' sandbox=auto http=127.0.0.1:9070 data=$ROOT/.hearth
while (($# > 0)); do
  case $1 in
    --once) once=yes; shift ;;
    --sandbox) sandbox=${2:?--sandbox needs container, process or auto}; shift 2 ;;
    --http) http=${2:?--http needs ADDR:PORT}; shift 2 ;;
    --data) data=${2:?--data needs a directory}; shift 2 ;;
    --help|-h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
case $sandbox in container|process|auto) ;; *) die "--sandbox is container, process or auto, not '$sandbox'" ;; esac

hearth() { "$ROOT/artifacts/cli/hearth" "$@" --endpoint "$ENDPOINT"; }

deploy() { # name, runtime, handler
  [[ -n $2 ]] || { echo "the node serves no runtime for $1"; return 1; }
  hearth deploy "$ROOT/deploy/examples/$1" --name "$1" --runtime "$2" --handler "$3"
}

show_invocation() { # name
  local result=$work/result log=$work/log
  step_begin "invoke $1"
  if ! hearth invoke "$1" --payload '{"name": "Hearth"}' --tail > "$result" 2> "$log"; then
    cat "$result" "$log" >&2
    die "invoking $1 failed"
  fi
  step_end
  indent < "$result"
  printf '%s' "$DIM"
  indent < "$log"
  printf '%s' "$PLAIN"
}

show_next() {
  local aws="aws --endpoint-url \$AWS_ENDPOINT_URL lambda"
  cat << END

  ${BOLD}The Lambda API is at $ENDPOINT${PLAIN}

    export AWS_ENDPOINT_URL=$ENDPOINT AWS_ACCESS_KEY_ID=hearth AWS_SECRET_ACCESS_KEY=hearth AWS_DEFAULT_REGION=us-east-1

  Next, with the AWS CLI (any version; Debian's: apt-get install awscli):

    $aws list-functions --query 'Functions[].[FunctionName,Runtime,State]' --output table
    $aws invoke --function-name hello-python --cli-binary-format raw-in-base64-out --payload '{"name": "you"}' /dev/stdout
    $aws update-function-configuration --function-name hello-node --memory-size 512 --timeout 10

  Hearth's own command line is artifacts/cli/hearth. The node's log: $NODE_LOG
END
}

finish() {
  local status=$?
  trap - EXIT INT TERM
  if node_runs; then stop_node 45 || true; fi
  rm -rf "$work"
  exit "$status"
}

# Ends the node as a user's Ctrl-C does, and makes sure that nothing is left of it.
stop_and_verify() {
  step_begin "stop the node"
  stop_node 45 || die "the node did not end within 45 s and was killed; its log: $NODE_LOG"
  need_no_traces "$data" "$parents"
  step_end "no process, mount or cgroup left"
}

started=$(now)
work=$(mktemp -d)
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
parse_address "$http"

printf '\n  %sHearth%s quickstart\n\n' "$BOLD" "$PLAIN"
need_dotnet
need_packages "${PACKAGES_QUICKSTART[@]}"
if [[ $sandbox != process ]] && ((EUID == 0)); then need_packages "${PACKAGES_CONTAINER[@]}"; fi
if [[ $sandbox == container ]] && ((EUID != 0)); then die "--sandbox container needs root; without it: --sandbox process"; fi
need_free_port "$http"
"$ROOT/deploy/build.sh"

mkdir -p "$data"
data=$(cd "$data" && pwd -P)
NODE_LOG=$data/node.log
parents=$(empty_parents)
step_begin "start a node"
start_node --data "$data" --http "$http" --sandbox "$sandbox"
wait_ready 60
step_end "$ENDPOINT"

python=$(pick_runtime "python$(/usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')" 'python3\.[0-9]+')
node=$(pick_runtime "nodejs$(/usr/bin/node -p 'process.versions.node.split(".")[0]').x" 'nodejs[0-9]+\.x')
step "deploy hello-python ($python)" deploy hello-python "$python" app.handler
step "deploy hello-node ($node)" deploy hello-node "$node" index.handler
show_invocation hello-python
show_invocation hello-node
show_next

if [[ -n $once ]]; then
  echo
  stop_and_verify
  printf '\n  Done in %d s.\n' $((($(now) - started) / 1000000))
else
  printf '\n  Running; Ctrl-C ends it. What you deployed stays in %s.\n' "$data"
  # The trap only notes the signal, which ends the wait: a bare `return` inside a trap has the status of before it.
  stopping='' status=0
  trap 'stopping=yes' INT TERM
  wait "$NODE_PID" || status=$?
  if [[ -z $stopping ]]; then
    NODE_PID=''
    tail -n 30 "$NODE_LOG" >&2
    die "the node ended by itself (status $status); its log: $NODE_LOG"
  fi
  trap '' INT TERM
  echo
  stop_and_verify
fi
