/** Refuses what is stored: throws the error that names the item. */
export type Fail = (why: string) => never

// fatal: bytes that are not UTF-8 are damage; ignoreBOM keeps a leading U+FEFF.
const fromUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** UTF-8 of a legacy item, or a refusal. */
export const decodeUtf8 = (bytes: Uint8Array, what: string, fail: Fail): string => {
  try {
    return fromUtf8.decode(bytes)
  } catch {
    return fail(`${what} is not UTF-8`)
  }
}
