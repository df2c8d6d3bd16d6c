/**
 * Refuses a value of which UTF-8 would lose something: for serializers whose encoder would put another character in its place
 * without a word.
 *
 * @throws TypeError a string or a key, at any depth, has a lone surrogate.
 */
export const checkWellFormed = (value: unknown): void => {
  if (typeof value === 'string' && !value.isWellFormed())
    throw new TypeError('a string has a lone surrogate, which UTF-8 cannot hold')
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return
  for (const [key, inner] of Object.entries(value)) {
    checkWellFormed(key)
    checkWellFormed(inner)
  }
}
