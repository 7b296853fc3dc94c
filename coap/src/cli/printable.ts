// Text from the network as it may appear on a terminal: what would move the cursor, change colours or titles is shown, not done.

/** Line ends and tabs stay; other control characters, and those that turn the direction of text around, are written `\u{1b}`. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`)
}

const unprintable = /[^\P{Cc}\n\t]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu
