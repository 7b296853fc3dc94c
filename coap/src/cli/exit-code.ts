// How the program ends: a number per kind of outcome, for scripts. From 64 on they are those of sysexits.h where it has one.

export const ExitCode = {
  success: 0,
  failure: 1,
  clientError: 4,
  serverError: 5,
  usage: 64,
  data: 65,
  noInput: 66,
  hostNotFound: 68,
  unreachable: 69,
  cannotListen: 71,
  cannotWrite: 73,
  timeout: 75,
  protocol: 76,
  environment: 78,
  interrupted: 130,
  closedOutput: 141,
  terminated: 143,
} as const

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

/** What each means: for `coapstone help exit-codes` and docs/cli.md. */
export const exitCodeMeanings: Readonly<Record<keyof typeof ExitCode, string>> = {
  success: 'the server answered 2.xx, or what was asked for is done',
  failure: 'something that nobody foresaw: please report it',
  clientError: 'the server answered 4.xx: the request is at fault',
  serverError: 'the server answered 5.xx: the server is at fault',
  usage: 'a wrong command, flag or URI, or a scheme that is not spoken yet',
  data: 'what was to be sent or shown is not what it should be, or too long',
  noInput: 'a file or folder to read from is not there, or may not be read',
  hostNotFound: 'the name has no address',
  unreachable: 'nobody listens there, or there is no way to it',
  cannotListen: 'the port is in use, or the address is none of this machine',
  cannotWrite: 'a file cannot be written',
  timeout: 'no answer in time',
  protocol: 'a Reset, or an answer that is no CoAP or cannot be used',
  environment: 'this Node is too old, or the program is not built',
  interrupted: 'Ctrl-C',
  closedOutput: 'whoever read the output has gone, as `head` does',
  terminated: 'SIGTERM',
}
