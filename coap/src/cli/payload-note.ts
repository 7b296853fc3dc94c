// What the help of each command with a payload says about it.

export const payloadNote: string =
  'PAYLOAD is text, @FILE for what is in a file, or - for standard input. Text is sent as text/plain, a file as what the end of its ' +
  'name says; -t names another format. What is long goes in blocks, and is read as it is sent.'
