#!/bin/sh
# Installs the shells in which completion is tested (test/cli/completion-shells.test.ts), and `script`, which gives them a terminal.
# Debian or Ubuntu, as root or with sudo. Run again, it only says what is there.
# Usage: test/cli/install-shells.sh
set -u
status=0
updated=''

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

apt_install() { # apt_install PACKAGE
  command -v apt-get >/dev/null || return 1
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null || return 1
  [ -n "$updated" ] || as_root apt-get update -q >&2
  updated=yes
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$1" >&2
}

for each in bash:bash zsh:zsh fish:fish script:bsdutils; do # COMMAND:PACKAGE
  command=${each%%:*}
  package=${each#*:}
  command -v "$command" >/dev/null || apt_install "$package"
  if command -v "$command" >/dev/null; then
    echo "$("$command" --version | head -n 1)"
  else
    echo "$command: NOT INSTALLED: it comes with Debian's package $package, and apt-get as root (or sudo) did not bring it" >&2
    status=1
  fi
done
exit $status
