// Runs a program of this folder in a process of its own, as `npm run` does.

import { execFile } from 'node:child_process'

export function runProgram(program: string, ...options: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const settings = { env: { ...process.env, NODE_OPTIONS: '' } }
    execFile(process.execPath, ['--conditions=@coapstone/source', program, ...options], settings, (error, output) => {
      resolve({ code: Number(error?.code ?? 0), output })
    })
  })
}
