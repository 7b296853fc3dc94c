#!/usr/bin/env bash
# What a user gets: fresh-install.sh TARBALL installs it in an empty folder, runs the examples there and `npx coapstone --help`,
# and checks that no Node package came with it.
set -euo pipefail

tarball=$(realpath "$1")
root=$PWD
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install "$tarball"

node_packages=$(find node_modules -maxdepth 2 \( -name node -o -name 'node-linux-*' -o -name 'node-darwin-*' -o -name 'node-bin-*' -o -name 'node-win-*' \))
if [ -n "$node_packages" ]; then
  echo "a Node package was installed: $node_packages"
  exit 1
fi
if grep -r '@coapstone/source' node_modules/coapstone/package.json; then exit 1; fi

# Nothing of the repository but its Node is within reach.
mkdir bin
ln -s "$(realpath "$root/node_modules/.bin/node")" bin/node
export PATH="$folder/bin:$PATH"
node --version
npx coapstone --help

cp -r "$root/examples" .
npm pkg set type=module
for example in examples/*.ts; do
  case $example in examples/server.ts | *.test.ts) continue ;; esac
  echo "--- $example"
  timeout 60 node "$example"
done
