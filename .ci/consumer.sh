#!/usr/bin/env bash
# Types as a user's compiler sees them: consumer.sh TARBALL checks a program that imports every entry point, with the oldest
# TypeScript that we promise, without skipLibCheck, and with neither Node's types nor the DOM's; then with the DOM's.
set -euo pipefail

minimum_typescript=5.7.3
tarball=$(realpath "$1")
folder=.ci/consumer
rm -rf "$folder"
mkdir -p "$folder"
cp .ci/consumer.ts "$folder/consumer.ts"
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --no-save --no-package-lock "typescript@$minimum_typescript" "$tarball"
test ! -e node_modules/@types

node -p "Object.keys(require('./node_modules/coapstone/package.json').exports).filter((path) => !path.endsWith('.json'))
  .map((path) => 'export * as entry' + path.replace(/\W+/g, '_') + ' from \"coapstone' + path.slice(1) + '\"').join('\n')" >every-entry.ts
cat every-entry.ts

check() {
  cat >tsconfig.json <<EOF
{
  "compilerOptions": {
    "module": "nodenext", "target": "es2022", "lib": $1, "types": [], "noEmit": true,
    "strict": true, "exactOptionalPropertyTypes": true, "noUncheckedIndexedAccess": true
  },
  "include": ["*.ts"]
}
EOF
  npx tsc
}
check '["es2023", "esnext.disposable"]'
check '["es2023", "esnext.disposable", "dom"]'
