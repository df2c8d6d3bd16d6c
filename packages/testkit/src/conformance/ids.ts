/** Ids that a careless key, comparison or collation takes for each other, or for a key; each from a text that is unique. */
export const COLLIDING_IDS: readonly ((unique: string) => string)[] = [
  (id) => id,
  (id) => `${id}-0`,
  (id) => `${id}-1`,
  (id) => `${id}-P-b`,
  (id) => `${id}-P-b-0`,
  (id) => `${id}-SH-0`,
  (id) => `${id}-SL-0`,
  (id) => `P-${id}`,
  (id) => `SH-${id}`,
  (id) => `journal-P-${id}-0`,
  (id) => `journal-SH-${id}-0`,
  (id) => `${id} `,
  (id) => ` ${id}`,
  (id) => `${id}A`,
  (id) => `${id}a`,
  (id) => `${id}\u00e9`,
  (id) => `${id}e\u0301`,
  (id) => `${id}\u{1f600}`,
  (id) => `${id}|${id}`,
  (id) => `${id}/../${id}`,
  (id) => `${id}%`,
  (id) => `${id}_`,
  (id) => `${id}*`,
  (id) => `${id}'; --`,
  (id) => `${id}"\\`,
  (id) => `${id}\n`,
  (id) => `__proto__${id}`,
]

/** An id of so many bytes in UTF-8. */
export const longId = (unique: string, bytes: number, filler: string, last: string): string => {
  const size = Buffer.byteLength(filler)
  const room = bytes - Buffer.byteLength(unique) - Buffer.byteLength(last)
  return unique + filler.repeat(Math.floor(room / size)) + '-'.repeat(room % size) + last
}
