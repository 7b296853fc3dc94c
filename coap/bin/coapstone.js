#!/usr/bin/env node
// The program's launcher: plain JavaScript that an old Node can read, so that it can say what it needs instead of failing
// on syntax. Exit code 78: this Node is too old, or the program is not built (docs/command-line.md lists all codes).

const minimum = 24

if (Number(process.versions.node.split('.')[0]) < minimum) {
  console.error(
    `coapstone needs Node ${minimum} or newer, and this is Node ${process.versions.node}. ` +
      `Next step: install Node ${minimum} or newer, from nodejs.org or with your version manager.`,
  )
  process.exitCode = 78
} else {
  import('#cli').then(
    async (program) => {
      process.exitCode = await program.main(process.argv.slice(2))
    },
    (error) => {
      if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
      console.error('coapstone is not built in this folder. Next step: npm run build')
      process.exitCode = 78
    },
  )
}
