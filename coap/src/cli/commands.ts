// All commands: a line each. What a command does and how it is used is in its file.

import type { Command } from './command.ts'
import { completion } from './completion.ts'
import { remove } from './delete.ts'
import { discover } from './discover.ts'
import { fetch } from './fetch.ts'
import { get } from './get.ts'
import { ipatch } from './ipatch.ts'
import { observe } from './observe.ts'
import { patch } from './patch.ts'
import { ping } from './ping.ts'
import { post } from './post.ts'
import { put } from './put.ts'
import { serve } from './serve.ts'

export const commands: readonly Command[] = [
  get,
  put,
  post,
  remove,
  fetch,
  patch,
  ipatch,
  observe,
  ping,
  discover,
  serve,
  completion,
]

export function findCommand(name: string): Command | undefined {
  return commands.find((command) => command.name === name)
}
