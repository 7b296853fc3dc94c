// A recorded session (```console recorded): a command as a terminal shows it that asks the greenhouse of examples/. The greenhouse's clock
// is turned whenever the terminal has drawn something new, so that the same command always shows the same.

import { Router, serve } from 'coapstone'
import { greenhouse } from '../../examples/greenhouse/greenhouse.ts'
import { HandClock } from '../examples/hand-clock.ts'
import { RunningCommand } from './running-command.ts'

const terminal = 'COAPSTONE_COLUMNS=80 NO_COLOR=1'
/** To the beginning of the line, and what is in it away. */
const erase = '\r\x1b[K'

/** What stands on the terminal when the command has ended, without the line of the command. coap://127.0.0.1 is where the greenhouse is. */
export async function record(line: string, root: string): Promise<string[]> {
  const clock = new HandClock()
  const router = new Router().mount('/greenhouse', greenhouse(clock))
  await using server = await serve(router, { listen: ['coap://127.0.0.1:0'] })
  const here = line.replace(/coap:\/\/127\.0\.0\.1(?=\/)/g, server.uris[0]?.origin ?? '')
  const running = new RunningCommand(`${terminal} ${here}`, root, root)
  try {
    const drawn = () => running.output.split(erase).length - 1
    for (let count = 1; ; count++) {
      await running.until(() => drawn() >= count)
      if (drawn() < count) break
      clock.pass(1000)
    }
    return shown(running.output)
  } finally {
    await running.stop()
  }
}

/** What is left of lines that were drawn again. */
function shown(output: string): string[] {
  const lines = output
    .split('\n')
    .filter((line) => !/^npm (?:warn|notice) /.test(line))
    .map((line) => line.slice(line.lastIndexOf(erase) + 1).replace(erase.slice(1), ''))
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}
