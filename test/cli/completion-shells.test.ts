// The completion in the shells themselves: a test types into each, presses TAB, and sees which command line the shell then runs. A shell
// that is not installed is skipped, and said; in CI that is a failure. test/cli/install-shells.sh installs them.

import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Response, Router, type Server, serve } from 'coapstone'
import { launcher } from './program.ts'
import { isInstalled, prompt, Shell } from './shell.ts'

interface Kind {
  readonly command: string
  /** Lines that make it ready. */
  readonly prepare: readonly string[]
  /** What is pressed to see what there is. */
  readonly list: string
}

const shells: Readonly<Record<string, Kind>> = {
  bash: {
    command: 'bash --norc --noprofile -i',
    prepare: ['eval "$(coapstone completion bash)"'],
    list: '\t\t',
  },
  zsh: {
    command: 'zsh -f -i',
    prepare: ['autoload -Uz compinit; compinit -u -D', 'eval "$(coapstone completion zsh)"'],
    list: '\t',
  },
  fish: {
    command: `fish --no-config -i -C 'function fish_prompt; echo "${prompt} "; end'`,
    prepare: ['coapstone completion fish | source'],
    list: '\t',
  },
}

describe('the completion in shells', () => {
  let server: Server
  let origin: string
  let folder: string

  before(async () => {
    const router = new Router()
      .get('/light', () => Response.text('on'))
      .get('/valve;a', () => Response.text('open'))
      .get('/x/1', () => Response.text('1'))
      .get('/x/2', () => Response.text('2'))
    server = await serve(router, { listen: ['coap://127.0.0.1:0'] })
    origin = server.uris[0]?.origin ?? ''
    folder = mkdtempSync(join(tmpdir(), 'coapstone-shells-'))
    mkdirSync(join(folder, 'bin'))
    mkdirSync(join(folder, 'configs'))
    writeFileSync(join(folder, 'my file.json'), '')
    // Completion is the real program's; what a line would run is shown.
    const program = join(folder, 'bin/coapstone')
    writeFileSync(
      program,
      `#!/bin/sh
[ "$1" = completion ] && exec '${process.execPath}' --conditions=@coapstone/source '${launcher()}' "$@"
printf 'RUNS'; printf ' [%s]' "$@"; echo .
`,
    )
    chmodSync(program, 0o755)
  })
  after(async () => {
    await server.close()
    rmSync(folder, { recursive: true })
  })

  for (const [name, kind] of Object.entries(shells)) {
    const installed = isInstalled(name) && isInstalled('script')
    if (!installed)
      console.error(`${name}: NOT INSTALLED, so its completion is NOT TESTED: test/cli/install-shells.sh installs it`)
    const skip = !installed && process.env['CI'] === undefined && `${name} is not installed`

    describe(name, { skip }, () => {
      let shell: Shell

      before(async () => {
        const { HOME: _home, ...env } = process.env
        shell = new Shell(`cd '${folder}' && exec env PS1='${prompt} ' ${kind.command}`, {
          ...env,
          HOME: folder,
          PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
          TERM: 'xterm',
          COLUMNS: '200',
        })
        await shell.shows(new RegExp(prompt))
        for (const line of kind.prepare) {
          shell.type(`${line}\n`)
          await shell.shows(new RegExp(prompt))
        }
      })
      after(() => shell.close())

      /** What the line runs when it is typed with its TABs; the line waits for each TAB to be answered, as a person does. */
      async function runs(line: string): Promise<string> {
        shell.type(`${line}\n`)
        const [, args] = await shell.shows(/RUNS (.*)\.\r?\n/)
        await shell.shows(new RegExp(prompt))
        return args ?? ''
      }

      test('a command is completed, and a space comes after it', async () => {
        assert.equal(await runs('coapstone obs\tx'), '[observe] [x]')
      })

      test('a flag and its value are completed, as two words and as one', async () => {
        assert.equal(await runs('coapstone get --acc\tlink-f\tx'), '[get] [--accept] [link-format] [x]')
        assert.equal(await runs('coapstone get --as=he\tx'), '[get] [--as=hex] [x]')
      })

      test('a URI is completed with the resources that its server tells', async () => {
        assert.equal(await runs(`coapstone get ${origin}/li\tx`), `[get] [${origin}/light] [x]`)
        assert.equal(await runs('coapstone get coap://l\tx'), '[get] [coap://localhost/x]')
      })

      test('what several words have in common is completed, and the rest is for the user', async () => {
        assert.equal(await runs(`coapstone get ${origin}/x\t1`), `[get] [${origin}/x/1]`)
      })

      test('what the shell would take for its own is quoted', async () => {
        assert.equal(await runs(`coapstone get ${origin}/va\tx`), `[get] [${origin}/valve;a] [x]`)
        assert.equal(await runs('coapstone get -o my\tx'), '[get] [-o] [my file.json] [x]')
      })

      test('a payload from a file is completed, a folder to what is in it', async () => {
        assert.equal(await runs('coapstone put coap://h/ @my\tx'), '[put] [coap://h/] [@my file.json] [x]')
        assert.equal(await runs('coapstone put coap://h/ @conf\tx'), '[put] [coap://h/] [@configs/x]')
      })

      test('a file in the home folder is one', async () => {
        assert.equal(await runs('coapstone get -o ~/my\tx'), `[get] [-o] [${folder}/my file.json] [x]`)
        assert.equal(await runs('coapstone get -o ~/conf\tx'), `[get] [-o] [${folder}/configs/x]`)
      })

      test('an option goes on after its equals sign', async () => {
        assert.equal(await runs('coapstone get -O Max-\t5'), '[get] [-O] [Max-Age=5]')
      })

      test('several words are listed', async () => {
        shell.type(`coapstone p${kind.list}`)
        await shell.shows(/(?=.*patch)(?=.*ping)(?=.*post)(?=.*put)/s)
        assert.equal(await runs('ing'), '[ping]')
      })
    })
  }
})
