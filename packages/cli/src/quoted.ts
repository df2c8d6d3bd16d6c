/** Not `=` in front, which zsh expands. */
const PLAIN = /^[\w@%+:,./-][\w@%+=:,./-]*$/
/** What a terminal would not show, or obey. */
const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u
const PRINTABLE = { from: 0x20, to: 0x7e } as const

/** As `$'…'` has it: three octal digits can't run into what follows, whatever the locale. */
const octal = (byte: number): string => `\\${byte.toString(8).padStart(3, '0')}`

const byteText = (byte: number): string => {
  const character = String.fromCharCode(byte)
  if (character === "'" || character === '\\') return `\\${character}`
  return byte < PRINTABLE.from || byte > PRINTABLE.to ? octal(byte) : character
}

/** A text as a POSIX shell takes it as one argument, and a terminal shows it: with what is invisible as `$'…'`. */
export const quoted = (text: string): string => {
  if (PLAIN.test(text)) return text
  if (CONTROLS.test(text)) return `$'${[...Buffer.from(text)].map(byteText).join('')}'`
  return `'${text.replaceAll("'", "'\\''")}'`
}
