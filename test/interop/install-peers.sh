#!/bin/sh
# Installs the independent CoAP implementations that the interop tests and the benchmarks run against, and tshark, which judges our
# captures. Debian or Ubuntu, as root or with sudo. Run again, it only says what is there.
# Usage: test/interop/install-peers.sh
set -u
here=$(cd "$(dirname "$0")" && pwd)
peers=$here/.peers
mkdir -p "$peers/log"
failed=''
apt_updated=''

fail() { # fail PEER REASON
  echo "$1: NOT INSTALLED: $2" >&2
  failed="$failed $1"
}

quietly() { # quietly NAME COMMAND...: its output goes to a log, of which the end is shown when it fails
  log=$peers/log/$1
  shift
  "$@" >"$log" 2>&1 && return
  tail -n 5 "$log" >&2
  return 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

apt_install() { # apt_install PACKAGE
  command -v apt-get >/dev/null || return 1
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null || return 1
  if [ -z "$apt_updated" ]; then
    quietly apt-update as_root apt-get update -q || return 1
    apt_updated=yes
  fi
  quietly "apt-$1" as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$1"
}

command_of() { # command_of PEER COMMAND PACKAGE
  command -v "$2" >/dev/null || apt_install "$3"
  command -v "$2" >/dev/null && return
  fail "$1" "no command $2: it comes with Debian's package $3, and apt-get as root (or sudo) did not bring it"
  return 1
}

libcoap() {
  command_of libcoap coap-client-notls libcoap3-bin && command_of libcoap coap-server-notls libcoap3-bin || return
  echo "libcoap $(coap-client-notls 2>&1 | sed -n 's/^Build: //p')"
}

tshark_peer() {
  command_of tshark tshark tshark || return
  echo "tshark $(tshark --version 2>/dev/null | sed -n '1s/.*Wireshark) \([0-9.]*[0-9]\).*/\1/p')"
}

aiocoap() {
  requirements=$here/peers/aiocoap/requirements.txt
  venv=$peers/venv
  if ! cmp -s "$requirements" "$venv/installed" || ! [ -x "$venv/bin/python" ]; then
    rm -rf "$venv"
    command -v python3 >/dev/null || apt_install python3
    if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
      fail aiocoap 'it needs python3, 3.10 or newer'
      return
    fi
    python3 -c 'import ensurepip, venv' 2>/dev/null || apt_install python3-venv
    if ! quietly venv python3 -m venv "$venv"; then
      fail aiocoap 'python3 -m venv failed (Debian: package python3-venv)'
      return
    fi
    if ! quietly pip "$venv/bin/python" -m pip install --disable-pip-version-check -r "$requirements"; then
      fail aiocoap 'pip could not install it'
      return
    fi
    cp "$requirements" "$venv/installed"
  fi
  sed 's/==/ /' "$venv/installed"
}

npm_coap() {
  folder=$here/peers/npm
  if ! cmp -s "$folder/package-lock.json" "$folder/node_modules/installed"; then
    if ! command -v npm >/dev/null; then
      fail 'npm coap' 'no command npm'
      return
    fi
    if ! (cd "$folder" && quietly npm npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund); then
      fail 'npm coap' 'npm ci failed'
      return
    fi
    cp "$folder/package-lock.json" "$folder/node_modules/installed"
  fi
  echo "npm coap $(sed -n 's/^  "version": "\(.*\)",*$/\1/p' "$folder/node_modules/coap/package.json")"
}

# What Maven brings stays in .peers: nothing in the home of whoever calls this.
californium() {
  folder=$here/peers/californium
  built=$peers/californium
  if ! cat "$folder"/pom.xml "$folder"/*.java | cmp -s - "$built/installed"; then
    rm -rf "$built"
    mkdir -p "$built/classes"
    command -v javac >/dev/null || apt_install openjdk-17-jdk-headless
    command -v javac >/dev/null || { fail californium 'no command javac: it needs a JDK, 17 or newer'; return; }
    command -v mvn >/dev/null || apt_install maven
    command -v mvn >/dev/null || { fail californium "no command mvn: it comes with Debian's package maven"; return; }
    quietly maven mvn -q -B -f "$folder/pom.xml" -Dmaven.repo.local="$peers/maven" dependency:copy-dependencies \
      -DincludeScope=runtime -DoutputDirectory="$built/lib" || { fail californium 'Maven could not bring its jars'; return; }
    quietly javac javac -nowarn --release 17 -encoding UTF-8 -cp "$built/lib/*" -d "$built/classes" "$folder"/*.java ||
      { fail californium 'javac failed'; return; }
    cat "$folder"/pom.xml "$folder"/*.java >"$built/installed"
  fi
  echo "californium $(ls "$built/lib" | sed -n 's/^californium-core-\(.*\)\.jar$/\1/p')"
}

# So do Go's modules and build cache.
go_coap() {
  command -v go >/dev/null || apt_install golang-go
  command -v go >/dev/null || { fail go-coap 'no command go'; return; }
  if ! (cd "$here/peers/go-coap" && GOMODCACHE=$peers/go/modules GOCACHE=$peers/go/cache GOFLAGS='-modcacherw -buildvcs=false' \
    quietly go go build -o "$peers/go/bin/" ./client ./server); then
    fail go-coap 'go build failed (it needs Go 1.26 or newer)'
    return
  fi
  cp "$here/peers/go-coap/go.mod" "$peers/go/bin/installed"
  echo "go-coap $(sed -n 's/^require .*go-coap.* v//p' "$here/peers/go-coap/go.mod")"
}

libcoap
aiocoap
npm_coap
californium
go_coap
tshark_peer
if [ -n "$failed" ]; then
  echo "install-peers: could not install:$failed" >&2
  exit 1
fi
