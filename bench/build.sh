#!/bin/sh
# Builds what the benchmarks run beside us: the load generator and the responder (C), and the server on coap-rs (Rust, where there is
# cargo). The other peers come with test/interop/install-peers.sh. Run again, it does what has changed.
# Usage: bench/build.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$here/.build
mkdir -p "$out"
if ! command -v cc >/dev/null; then
  echo 'bench/build.sh: no C compiler: install gcc and libc6-dev' >&2
  exit 1
fi
for program in coap_udp_load coap_udp_servers coap_observers; do
  if [ "$out/$program" -nt "$here/load/$program.c" ]; then continue; fi
  cc -O2 -Wall -Wextra -o "$out/$program" "$here/load/$program.c"
done
echo "load generator and responder: $out"
if command -v cargo >/dev/null; then
  cargo build --quiet --release --locked --manifest-path "$here/peers/coap-rs/Cargo.toml" --target-dir "$out/coap-rs"
  echo "coap-rs $(sed -n 's/^coap = .*"=\([0-9.]*\)".*/\1/p' "$here/peers/coap-rs/Cargo.toml")"
else
  echo 'coap-rs: NOT BUILT: no cargo (Rust 1.85 or newer)' >&2
fi
