/** What a terminal does not show, or obeys: controls, formats (direction, joiners), lone surrogates, unusual spaces. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\\]|(?! )\p{Zs}/gu

const escaped = (character: string): string => {
  if (character === '\\') return '\\\\'
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}

/** A text, an id say, as it can be shown: what is invisible, or would steer the terminal, as `\u{…}`; a backslash doubled. */
export const visible = (text: string): string => text.replace(INVISIBLE, escaped)
