// The help: that it teaches, that its examples are ones, and that docs/cli.md says the same.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { coapstone } from './program.ts'

const commands = [
  'get',
  'put',
  'post',
  'delete',
  'fetch',
  'patch',
  'ipatch',
  'observe',
  'ping',
  'discover',
  'serve',
  'completion',
]
const page = readFileSync(join(import.meta.dirname, '../../docs/cli.md'), 'utf8')

async function help(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await coapstone(args)
  assert.deepEqual([exitCode, stderr], [0, ''])
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line)
  return stdout
}

test('--help lists the commands, and so does the page', async () => {
  const text = await help('--help')
  for (const command of commands) {
    assert.match(text, new RegExp(`^  ${command} +\\S`, 'm'))
    assert.match(page, new RegExp(`^\\| \`${command} `, 'm'))
  }
  assert.equal(await help('help'), text)
})

test('without anything the same is printed, as an error', async () => {
  const { exitCode, stdout, stderr } = await coapstone([])
  assert.deepEqual([exitCode, stdout, stderr], [64, '', (await help('--help')).trimEnd().concat('\n')])
})

test('each command says what it does, by examples, and explains its flags', async () => {
  for (const command of commands) {
    const text = await help(command, '--help')
    assert.match(text, new RegExp(`^Usage\n  coapstone ${command} `))
    assert.match(text, new RegExp(`^Examples\n  .*coapstone ${command}`, 'm'))
    assert.match(text, /^Flags\n +-/m)
    assert.equal(await help('help', command), text)
  }
})

test('the page and the program list the same exit codes', async () => {
  const listed = [...(await help('help', 'exit-codes')).matchAll(/^ +(\d+) {2}(.+)$/gm)].map((match) => match.slice(1))
  assert.ok(listed.length > 10)
  const documented = [...page.matchAll(/^\| (\d+) \| (.+) \|$/gm)].map((match) => match.slice(1))
  assert.deepEqual(documented, listed)
})

test('--version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../coap/package.json'), 'utf8'))
  assert.equal(await help('--version'), `coapstone ${version}, Node ${process.versions.node}\n`)
})
