#!/usr/bin/env bash
# Makes the certificates by which the nodes of a cluster know each other: an authority in DIR (once), and for each node a
# folder DIR/NAME with ca.pem, node.pem and node.key, which goes to that node and nowhere else. ca.key stays here.
# Usage: deploy/certificates.sh DIR NAME[=ADDR[,ADDR…]]… [--client NAME]… [--renew]
#   NAME=ADDR   the node's name and the addresses others reach it by, as a=10.0.0.11; without addresses those it has
#   --client    a certificate for an operator, who looks into the cluster from another machine by it and cannot be a node:
#               DIR/NAME with ca.pem, client.pem and client.key, for hearth --certificates
#   --renew     make new certificates for these nodes now; otherwise only where less than 30 days are left
# The authority holds for ten years and is renewed with its own key, so that the nodes' certificates stay good; a node's and an operator's for two.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$ROOT/deploy/packages.sh"

usage() { sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

CA_DAYS=3650 NODE_DAYS=730 MARGIN_SECONDS=$((30 * 86400))

# is_address TEXT: whether it is an IPv4 or IPv6 address.
is_address() {
  local octet
  if [[ $1 =~ ^([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})$ ]]; then
    for octet in "${BASH_REMATCH[@]:1}"; do ((10#$octet <= 255)) || return 1; done
  else
    [[ $1 == *:*:* && $1 =~ ^[0-9a-fA-F:]{2,39}$ ]]
  fi
}

# end_of FILE: the day a certificate ends.
end_of() { date -u -d "$(openssl x509 -in "$1" -noout -enddate | cut -d= -f2)" +%Y-%m-%d; }

# lasts FILE: whether it holds for another 30 days.
lasts() { openssl x509 -in "$1" -noout -checkend "$MARGIN_SECONDS" > /dev/null; }

public_of_key() { openssl pkey -in "$1" -pubout 2> /dev/null; }
public_of_certificate() { openssl x509 -in "$1" -noout -pubkey 2> /dev/null; }

# key_fits CERTIFICATE KEY
key_fits() { [[ -n $(public_of_key "$2") && $(public_of_key "$2") == "$(public_of_certificate "$1")" ]]; }

# addresses_in FILE: the addresses a certificate names, a line each, as openssl writes them.
addresses_in() { openssl x509 -in "$1" -noout -ext subjectAltName | grep -oE 'IP Address:[^,]+' | sed 's/^IP Address://; s/ *$//' || true; }

new_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

# sign_authority OUT: ca.key signs itself. The settings are all here: this machine's openssl.cnf adds none.
sign_authority() {
  openssl req -new -x509 -key "$folder/ca.key" -days "$CA_DAYS" -sha256 -out "$1" -config - << END
[req]
distinguished_name = name
x509_extensions = authority
prompt = no
[name]
CN = Hearth cluster authority
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
END
}

# make_authority: where there is none yet, or its end is near. One key for all of its life.
make_authority() {
  if [[ -e $folder/ca.pem && ! -e $folder/ca.key ]]; then
    die "$folder/ca.pem is there and ca.key is not: only who has that key can make certificates. Bring it, or begin in another folder"
  fi
  if [[ ! -e $folder/ca.key ]]; then
    step_begin "make the authority"
    new_key "$work/ca.key"
    mv "$work/ca.key" "$folder/ca.key"
  elif [[ ! -e $folder/ca.pem ]] || ! lasts "$folder/ca.pem"; then
    step_begin "renew the authority"
  else
    key_fits "$folder/ca.pem" "$folder/ca.key" || die "$folder/ca.key is not the key of ca.pem beside it"
    return
  fi
  sign_authority "$work/ca.pem"
  chmod 644 "$work/ca.pem"
  mv "$work/ca.pem" "$folder/ca.pem"
  step_end "until $(end_of "$folder/ca.pem")"
  local other
  for other in "$folder"/*/ca.pem; do
    if [[ -e $other ]] && ! cmp -s "$folder/ca.pem" "$other"; then
      install -m 644 "$folder/ca.pem" "$other"
      warn "the new ca.pem has to go to $(basename "$(dirname "$other")")"
    fi
  done
}

# what_is_wrong NAME KIND: why a node, or a client, needs a new certificate; nothing where it does not.
what_is_wrong() {
  local own=$folder/$1/$2
  if [[ ! -e $own.pem || ! -e $own.key ]]; then
    echo "none yet"
  elif ! openssl verify -no_check_time -CAfile "$folder/ca.pem" "$own.pem" > /dev/null 2>&1; then
    echo "the one it had was of another authority"
  elif ! key_fits "$own.pem" "$own.key"; then
    echo "its key did not fit"
  elif ! lasts "$own.pem"; then
    echo "the one it had ends on $(end_of "$own.pem")"
  elif [[ -n $renew ]]; then
    echo "renewed"
  fi
}

# names_same FILE ADDRESS…: whether the certificate names these addresses and no others, in whatever spelling.
names_same() {
  local file=$1 address
  shift
  (($(addresses_in "$file" | wc -l) == $#)) || return 1
  for address in "$@"; do
    openssl x509 -in "$file" -noout -checkip "$address" | grep -q 'does match' || return 1
  done
}

# make_certificate KIND NAME ADDRESS…: KIND is node or client.
make_certificate() {
  local kind=$1 name=$2 own=$folder/$2 wrong days address other uses=clientAuth
  shift 2
  if [[ $kind == node ]]; then uses=serverAuth,clientAuth; fi
  for other in node client; do
    [[ $other == "$kind" || ! -e $own/$other.pem ]] || die "$name has a certificate as a $other already: a $kind needs another name"
  done
  wrong=$(what_is_wrong "$name" "$kind")
  if [[ $kind == node && -e $own/node.pem ]]; then
    if (($# == 0)); then
      # shellcheck disable=SC2046 # A line is an address.
      set -- $(addresses_in "$own/node.pem")
    elif [[ -z $wrong ]] && ! names_same "$own/node.pem" "$@"; then
      die "$name: its certificate is for $(addresses_in "$own/node.pem" | paste -sd, | grep . || echo "no address"), not for $(IFS=,; echo "$*"). With --renew it gets another"
    fi
  fi
  if [[ -z $wrong ]]; then
    if ! cmp -s "$folder/ca.pem" "$own/ca.pem"; then install -m 644 "$folder/ca.pem" "$own/ca.pem"; fi
    printf '  %s has a certificate until %s\n' "$name" "$(end_of "$own/$kind.pem")"
    return
  fi
  step_begin "make a certificate for $name"
  # No longer than its authority's.
  days=$((($(date -d "$(openssl x509 -in "$folder/ca.pem" -noout -enddate | cut -d= -f2)" +%s) - $(date +%s)) / 86400))
  if ((days > NODE_DAYS)); then days=$NODE_DAYS; fi
  {
    printf 'basicConstraints = critical, CA:FALSE\nkeyUsage = critical, digitalSignature\nextendedKeyUsage = %s\n' "$uses"
    printf 'subjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\nsubjectAltName = DNS:%s' "$name"
    for address in "$@"; do printf ', IP:%s' "$address"; done
    echo
  } > "$work/extensions"
  new_key "$work/$kind.key"
  printf '[req]\ndistinguished_name = name\nprompt = no\n[name]\nCN = %s\n' "$name" \
    | openssl req -new -key "$work/$kind.key" -out "$work/$kind.csr" -config -
  # The first bit of a serial number is its sign.
  openssl x509 -req -in "$work/$kind.csr" -CA "$folder/ca.pem" -CAkey "$folder/ca.key" -sha256 -days "$days" \
    -set_serial "0x7$(openssl rand -hex 15)" -extfile "$work/extensions" -out "$work/$kind.pem" 2> "$work/said" || { cat "$work/said" >&2; die "$name: openssl refuses"; }
  mkdir -p "$own"
  install -m 644 "$folder/ca.pem" "$own/ca.pem"
  chmod 644 "$work/$kind.pem"
  mv "$work/$kind.key" "$work/$kind.pem" "$own/"
  step_end "${wrong}, until $(end_of "$own/$kind.pem")"
}

renew=''
words=() clients=()
while (($# > 0)); do
  case $1 in
    --renew) renew=yes; shift ;;
    --client) clients+=("${2:?--client needs a name}"); shift 2 ;;
    --help|-h) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) words+=("$1"); shift ;;
  esac
done
if ((${#words[@]} < 1 || ${#words[@]} + ${#clients[@]} < 2)); then usage >&2; exit 2; fi
folder=${words[0]}

# All is read before anything is made.
for name in ${clients[@]+"${clients[@]}"}; do [[ $name != *=* ]] || die "--client takes a name without addresses, not '$name'"; done
for word in "${words[@]:1}" ${clients[@]+"${clients[@]}"}; do
  name=${word%%=*}
  [[ $name =~ ^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9-]{1,63})*$ ]] || die "a name is that of a host, as node-1, not '$name'"
  case $name in ca.pem|ca.key) die "nobody can be called $name" ;; esac
  if [[ $word == *=* ]]; then
    IFS=, read -ra addresses <<< "${word#*=}"
    ((${#addresses[@]} > 0)) || die "$name: an address follows =, as $name=10.0.0.11"
    for address in "${addresses[@]}"; do
      is_address "$address" || die "$name: an address is as 10.0.0.11 or fd00::11, not '$address'"
    done
  fi
done
[[ ! -e $folder || -d $folder ]] || die "$folder is not a folder"

need_packages "${PACKAGES_CERTIFICATES[@]}"
umask 077
mkdir -p "$folder"
[[ -w $folder ]] || die "$folder cannot be written to by this user"
work=$(mktemp -d "$folder/.new-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

make_authority
for word in "${words[@]:1}"; do
  addresses=()
  if [[ $word == *=* ]]; then IFS=, read -ra addresses <<< "${word#*=}"; fi
  make_certificate node "${word%%=*}" ${addresses[@]+"${addresses[@]}"}
done
for name in ${clients[@]+"${clients[@]}"}; do make_certificate client "$name"; done
