#!/usr/bin/env bash
# Tests certificates.sh and install.sh where nothing of this machine changes: /etc, /opt, /var/lib and /usr/local have layers in memory
# over them, the network and the processes are of their own. The build is a stand-in, and so is systemctl: systemd does not run there.
# Usage: deploy/test-install.sh
# Ends with one line: N passed, N failed. Needs root.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$ROOT/deploy/packages.sh"

usage() { sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

if [[ ${1:-} == --help || ${1:-} == -h ]]; then
  usage
  exit 0
elif [[ ${1:-} != --inside ]]; then
  if (($# > 0)); then usage >&2; exit 2; fi
  ((EUID == 0)) || die "this needs root: it makes namespaces"
  need_packages "${PACKAGES_INSTALL[@]}"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  unset HEARTH_POSTGRES
  status=0
  unshare --mount --net --ipc --pid --fork --kill-child --mount-proc "${BASH_SOURCE[0]}" --inside "$work" || status=$?
  exit "$status"
fi

# ---- inside

work=$2
mount -t tmpfs tmpfs "$work"
for folder in /etc /opt /var/lib /usr/local; do
  mkdir -p "$work/layers$folder/upper" "$work/layers$folder/work"
  mount -t overlay overlay -o "lowerdir=$folder,upperdir=$work/layers$folder/upper,workdir=$work/layers$folder/work" "$folder"
done
mount -t tmpfs tmpfs /run
mkdir "$work/bin"
ip link set lo up
export PATH=$work/bin:$PATH
passed=0 failed=0

# check TITLE COMMAND…: one test.
check() {
  local title=$1
  shift
  if (set -e; "$@") > "$work/said" 2>&1; then
    passed=$((passed + 1))
    printf '  %s✓%s %s\n' "$GREEN" "$PLAIN" "$title"
  else
    failed=$((failed + 1))
    printf '  %s✗ %s%s\n' "$RED" "$title" "$PLAIN"
    sed 's/^/      /' "$work/said"
  fi
}

# says PATTERN COMMAND…: it succeeds, and prints that. refuses: it fails, and prints that.
says() {
  local output status=0
  output=$("${@:2}" 2>&1) || status=$?
  echo "$output (status $status)"
  ((status == 0)) && grep -qE -- "$1" <<< "$output"
}
refuses() {
  local output status=0
  output=$("${@:2}" 2>&1) || status=$?
  echo "$output (status $status)"
  ((status != 0)) && grep -qE -- "$1" <<< "$output"
}

# is VALUE COMMAND…: it prints just that.
is() {
  local output
  output=$("${@:2}")
  echo "$output"
  [[ $output == "$1" ]]
}

not() { ! "$@"; }

mode_of() { stat -c %a "$1"; }
# fingerprint PATH…: of a folder its mode alone, of what is in it all.
fingerprint() { (find "$@" \( -type d -printf '%p %m\n' \) -o -printf '%p %m %s %T@ %i %l\n' | LC_ALL=C sort) 2> /dev/null; }
install() { "$ROOT/deploy/install.sh" --from "$build" "$@"; }
certificates() { "$ROOT/deploy/certificates.sh" "$work/certificates" "$@"; }
# shellcheck source=/dev/null
setting() { (set -a; source /etc/hearth/node.env; printf '%s' "${!1:-}"); }
ready() { curl -sf --max-time 2 -o /dev/null http://127.0.0.1:9070/readyz; }

# unchanged COMMAND…: whatever it says, all is as it was.
unchanged() {
  local before
  before=$(fingerprint /etc/hearth /opt/hearth /etc/systemd/system /usr/local/bin)
  "$@"
  [[ $(fingerprint /etc/hearth /opt/hearth /etc/systemd/system /usr/local/bin) == "$before" ]]
}

# make_build NAME STATUS: a node whose /readyz answers so.
make_build() {
  mkdir -p "$work/$1/node/runtimes" "$work/$1/cli"
  touch "$work/$1/node/libcoreclr.so" # It needs no .NET runtime of the machine's.
  printf '#!/bin/sh\necho 0.1.0\n' > "$work/$1/cli/hearth"
  cat > "$work/$1/node/hearth-node" << END
#!/usr/bin/python3
import http.server, os, sys
if sys.argv[1:] == ["--version"]:
    sys.exit(print("0.1.0+$1"))
assert sys.argv[1:] == ["--data", "/var/lib/hearth"], sys.argv
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response($2)
        self.end_headers()
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", 9070), Ready).serve_forever()
END
  chmod +x "$work/$1/node/hearth-node" "$work/$1/cli/hearth"
}

# What systemctl does that install.sh asks for: links by the real one, and one process.
make_systemctl() {
  cat > "$work/bin/systemctl" << END
#!/bin/bash
stop() { [[ ! -e $work/pid ]] || { kill -KILL "\$(cat $work/pid)"; rm $work/pid; }; }
case " \$* " in
  *" enable "*|*" disable "*) SYSTEMD_OFFLINE=1 exec /usr/bin/systemctl "\$@" ;;
  *" restart "*)
    stop
    set -a
    source /etc/hearth/node.env
    setsid \$(sed -n 's/^ExecStart=//p' /etc/systemd/system/hearth-node.service) > $work/node.log 2>&1 < /dev/null &
    echo \$! > $work/pid ;;
  *" stop "*) stop ;;
  *" is-active "*) [[ -e $work/pid ]] && kill -0 "\$(cat $work/pid)" ;;
  *" is-failed "*) ! { [[ -e $work/pid ]] && kill -0 "\$(cat $work/pid)"; } ;;
  *" daemon-reload "*) ;;
  *" --version "*) echo "systemd 252" ;;
  *) echo "unexpected: \$*" >&2; exit 1 ;;
esac
END
  chmod +x "$work/bin/systemctl"
}

printf '\n%scertificates.sh%s\n' "$BOLD" "$PLAIN"
c=$work/certificates
check "makes an authority and a certificate for each node" certificates a=127.0.0.1,fd00::11 b=10.0.0.12
check "a node's certificate is of the authority, for servers" openssl verify -x509_strict -CAfile "$c/ca.pem" -purpose sslserver "$c/a/node.pem"
check "and for clients" openssl verify -x509_strict -CAfile "$c/ca.pem" -purpose sslclient "$c/b/node.pem"
check "it names the node and its addresses" says 'DNS:a, IP Address:127.0.0.1, IP Address:FD00:0:0:0:0:0:0:11' openssl x509 -in "$c/a/node.pem" -noout -ext subjectAltName
check "keys are for root alone" is $'600\n600' stat -c %a "$c/ca.key" "$c/a/node.key"
before=$(fingerprint "$c"/ca.* "$c"/[ab])
check "again: nothing is made" says 'a has a certificate until' certificates a=127.0.0.1,fd00:0::11 b
check "and nothing changed" is "$before" fingerprint "$c"/ca.* "$c"/[ab]
check "other addresses are refused, not ignored" refuses '10.0.0.12, not for 10.0.0.13. With --renew' certificates b=10.0.0.13
serial=$(openssl x509 -in "$c/b/node.pem" -noout -serial)
check "--renew makes another, with the addresses it had" certificates b --renew
check "which is another" not test "$serial" = "$(openssl x509 -in "$c/b/node.pem" -noout -serial)"
check "and names the same address" says 'DNS:b, IP Address:10.0.0.12' openssl x509 -in "$c/b/node.pem" -noout -ext subjectAltName
openssl req -new -x509 -key "$c/ca.key" -days 20 -subj "/CN=Hearth cluster authority" -out "$c/ca.pem"
check "an authority that ends within 30 days is renewed" says 'renew the authority' certificates a
check "with its own key: what it signed stays good" openssl verify -CAfile "$c/ca.pem" "$c/a/node.pem"
check "every node's folder has the new one" cmp "$c/ca.pem" "$c/b/ca.pem"
openssl x509 -req -in <(openssl req -new -key "$c/b/node.key" -subj /CN=b) -CA "$c/ca.pem" -CAkey "$c/ca.key" -days 20 -out "$c/b/node.pem" 2> /dev/null
check "a node's certificate that ends within 30 days is renewed" says 'the one it had ends on' certificates b=10.0.0.12
check "an address that is none is refused" refuses "not '10.0.0.300'" certificates a=10.0.0.300
check "makes a certificate for an operator" certificates --client anna
check "which is for a client, and for no server" is 'X509v3 Extended Key Usage: TLS Web Client Authentication' \
  bash -c "openssl x509 -in $c/anna/client.pem -noout -ext extendedKeyUsage | paste -sd' ' | tr -s ' ' | sed 's/ *$//'"
check "again: it is kept" says 'anna has a certificate until' certificates --client anna
check "an operator is no node" refuses 'has a certificate as a client already' certificates anna=10.0.0.14
check "an operator has no address" refuses 'without addresses' certificates --client bert=10.0.0.14
check "a name that is a path is refused" refuses "not '../x'" certificates ../x
mv "$c/ca.key" "$work/ca.key"
check "without its key there is no second authority" refuses 'ca.key is not' certificates d
mv "$work/ca.key" "$c/ca.key"

printf '\n%sinstall.sh, where systemd does not run%s\n' "$BOLD" "$PLAIN"
make_build one 200
make_build two 200
make_build three 200
make_build sick 503
build=$work/one
check "refuses another address of the API without --trust-network" refuses 'trust-network all' install --http 10.0.0.11:9070
check "refuses a cluster without seeds" refuses '--seed is not given' install --akka 10.0.0.11:9071
check "refuses a cluster without a database" refuses '--postgres is not given' install --akka 10.0.0.11:9071 --seed 10.0.0.11:9071
check "refuses a cluster without certificates" refuses '--certificates is not given' install --akka 10.0.0.11:9071 --seed 10.0.0.11:9071 --postgres Host=x
check "refuses a name in the place of an address" refuses "takes an IP address" install --akka node-1:9071 --seed 10.0.0.11:9071
check "refuses the address of all" refuses "by which others reach" install --akka 0.0.0.0:9071
check "refuses a role that is none" refuses "not 'cook'" install --akka 10.0.0.11:9071 --seed 10.0.0.11:9071 --roles worker,cook
check "refuses a setting that is none" refuses "Usage:" install --flavour x
check "refuses a folder without a build" refuses "is not there" "$ROOT/deploy/install.sh" --from "$work"
check "and has made nothing" not test -e /opt/hearth -o -e /etc/hearth -o -e /var/lib/hearth
check "--upgrade refuses where nothing is installed" refuses 'not installed here' install --upgrade
check "installs, and says that the unit was not started" says 'The unit was not started' install --memory 2048
version=$(readlink /opt/hearth/current)
check "the version is named, and current" is "$version" ls -I current /opt/hearth
check "hearth is a command" is 0.1.0 /usr/local/bin/hearth --version
check "settings are for root alone" is 600 mode_of /etc/hearth/node.env
check "data is for root alone" is 700 mode_of /var/lib/hearth
check "systemd takes the unit" is '' systemd-analyze verify /etc/systemd/system/hearth-node.service
check "which starts with the machine" test -L /etc/systemd/system/multi-user.target.wants/hearth-node.service
check "again: nothing changes" unchanged says 'is installed as asked' install
echo 'HTTPS_PROXY=http://proxy:3128' >> /etc/hearth/node.env
cp -R "$c/a" "$work/mine"
password="Host=db;Password=a\"b\$c\\d\`e' f"
check "a cluster's settings" install --akka 10.0.0.11:9071 --seed 10.0.0.11:9071,10.0.0.12:9071 --postgres "$password" --certificates "$work/mine"
check "a password keeps its characters" is "$password" setting HEARTH_POSTGRES
check "also when it is read and written again" install --region eu-west-1
check "and again" is "$password" setting HEARTH_POSTGRES
check "settings of before are kept" is 2048 setting HEARTH_MEMORY
check "also those written by hand" is http://proxy:3128 setting HTTPS_PROXY
check "certificates are copied, and named" is /etc/hearth/certificates setting HEARTH_CERTIFICATES
check "for root alone" is $'700\n600\n600' stat -c %a /etc/hearth/certificates /etc/hearth/certificates/node.key /etc/hearth/certificates/node.pem
cp "$c/b/node.key" "$work/mine/node.key"
check "refuses a key of another certificate" unchanged refuses 'not the key' install --certificates "$work/mine"
certificates_of_others() { "$ROOT/deploy/certificates.sh" "$work/others" a && cp "$work/others/a/ca.pem" "$c/a/node.pem" "$c/a/node.key" "$work/mine"; }
certificates_of_others > /dev/null
check "refuses a certificate of another authority" unchanged refuses 'not of the authority' install --certificates "$work/mine"
check "functions run in containers or not at all" is container setting HEARTH_SANDBOX
check "other settings need no build" "$ROOT/deploy/install.sh" --memory 4096
check "'' takes a setting back" install --memory ''
check "to its default" is '' setting HEARTH_MEMORY
build=$work/two
check "another version without --upgrade is refused" unchanged refuses '--upgrade changes to it' install
check "--upgrade puts it beside" says 'The unit was not started' install --upgrade
check "and makes it current" not test "$(readlink /opt/hearth/current)" = "$version"
check "the one before is there" test -x "/opt/hearth/$version/node/hearth-node"

printf '\n%sinstall.sh, with systemd%s\n' "$BOLD" "$PLAIN"
make_systemctl
mkdir -p /run/systemd/system
check "a unit that does not run is started" says 'runs at http://127.0.0.1:9070' install
check "and serves" ready
check "again: nothing changes" unchanged says 'is installed as asked' install
second=$(readlink /opt/hearth/current)
build=$work/sick
check "a version that is not ready in time is taken back, and this is said" refuses "sick|did not become ready; $second runs again" install --upgrade --wait 2 --region eu-west-2
check "the one before is current" is "$second" readlink /opt/hearth/current
check "with its settings" is eu-west-1 setting HEARTH_REGION
check "and serves" ready
build=$work/three
check "a version that is ready stays" says 'runs at' install --upgrade
check "with the one before beside it, and no older" is 3 sh -c 'ls /opt/hearth | wc -l'
check "which is the second" test -d "/opt/hearth/$second"
check "--uninstall" install --uninstall
check "ends the node" not ready
check "takes programs, unit and command away" not test -e /opt/hearth -o -e /etc/systemd/system/hearth-node.service -o -L /usr/local/bin/hearth -o -L /etc/systemd/system/multi-user.target.wants/hearth-node.service
check "and leaves settings and data" test -e /etc/hearth/node.env -a -d /var/lib/hearth
check "again: says so" says 'not installed here' install --uninstall
check "--purge takes these as well" install --uninstall --purge
check "all of them" not test -e /etc/hearth -o -e /var/lib/hearth

printf '\n%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
