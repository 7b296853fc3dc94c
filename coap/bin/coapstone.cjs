#!/usr/bin/env node
// The program's launcher: plain JavaScript that an old Node can read, so that it can say what it needs instead of failing on syntax;
// and CommonJS, which starts faster. Exit code 78: this Node is too old, or the program is not built (docs/cli.md lists all codes).

const minimum = 24

if (Number(process.versions.node.split('.')[0]) < minimum) {
  console.error(
    `coapstone needs Node ${minimum} or newer, and this is Node ${process.versions.node}. ` +
      `Next step: install a newer Node, or try it with: npx --package=node@${minimum} --package=coapstone coapstone`,
  )
  process.exitCode = 78
} else {
  require('node:module').enableCompileCache()
  const program = load()
  if (program === undefined) {
    console.error('coapstone is not built in this folder. Next step: npm run build')
    process.exitCode = 78
  } else {
    // All output is written by then, and to take Node apart would cost a tenth of the time.
    program.main(process.argv.slice(2)).then((exitCode) => process.exit(exitCode))
  }
}

function load() {
  try {
    return require('../dist/cli/main.cjs')
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error
    return undefined
  }
}
