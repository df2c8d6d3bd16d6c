/** How two JSON values differ, as lines to be shown side by side. Pure. */

/** A line. */
export interface DiffLine {
  readonly kind: 'same' | 'changed' | 'added' | 'removed'
  /** How deep it lies. */
  readonly depth: number
  /** Name or place in what it is in; `''` for the whole. */
  readonly key: string
  /** What was there: absent if nothing; `{` or `[` of what the lines below tell. */
  readonly before?: string
  /** What is there now. */
  readonly after?: string
}

type Container = Readonly<Record<string, unknown>> | readonly unknown[]

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null

/** Neither side is worth more lines than somebody can read. */
const MAX_LINES = 5_000

/** The difference of two values, line by line; without the value before, all of it is `same`. */
export const jsonDiff = (after: unknown, before?: { readonly value: unknown }): readonly DiffLine[] => {
  const lines: DiffLine[] = []
  if (before === undefined) tell(lines, 'same', '', 0, after)
  else compare(lines, '', 0, before.value, after)
  return lines.slice(0, MAX_LINES)
}

const opening = (value: unknown): string => {
  if (!isContainer(value)) return JSON.stringify(value) ?? 'null'
  const isEmpty = Object.keys(value).length === 0
  if (Array.isArray(value)) return isEmpty ? '[]' : '['
  return isEmpty ? '{}' : '{'
}

const isKind = (a: Container, b: Container): boolean => Array.isArray(a) === Array.isArray(b)

const compare = (lines: DiffLine[], key: string, depth: number, before: unknown, after: unknown): void => {
  if (lines.length > MAX_LINES) return
  if (!isContainer(before) || !isContainer(after) || !isKind(before, after)) {
    if (!isContainer(before) && !isContainer(after)) {
      const [was, is] = [opening(before), opening(after)]
      lines.push({ kind: was === is ? 'same' : 'changed', depth, key, before: was, after: is })
      return
    }
    tell(lines, 'removed', key, depth, before)
    tell(lines, 'added', key, depth, after)
    return
  }
  const at = lines.length
  lines.push({ kind: 'same', depth, key, before: opening(before), after: opening(after) })
  if (Array.isArray(before) && Array.isArray(after)) compareLists(lines, depth + 1, before, after)
  else compareObjects(lines, depth + 1, before as Record<string, unknown>, after as Record<string, unknown>)
  const isSame = lines.slice(at + 1).every(({ kind }) => kind === 'same')
  if (!isSame) lines[at] = { ...(lines[at] as DiffLine), kind: 'changed' }
}

const compareObjects = (
  lines: DiffLine[],
  depth: number,
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): void => {
  for (const [key, value] of Object.entries(after))
    if (Object.hasOwn(before, key)) compare(lines, key, depth, before[key], value)
    else tell(lines, 'added', key, depth, value)
  for (const [key, value] of Object.entries(before))
    if (!Object.hasOwn(after, key)) tell(lines, 'removed', key, depth, value)
}

/** What both have at the beginning and at the end stays; between, place by place. */
const compareLists = (
  lines: DiffLine[],
  depth: number,
  before: readonly unknown[],
  after: readonly unknown[],
): void => {
  const texts = (list: readonly unknown[]) => list.map((one) => JSON.stringify(one))
  const [was, is] = [texts(before), texts(after)]
  const shorter = Math.min(was.length, is.length)
  let head = 0
  while (head < shorter && was[head] === is[head]) head++
  let tail = 0
  while (tail < shorter - head && was[was.length - 1 - tail] === is[is.length - 1 - tail]) tail++
  for (let index = 0; index < head; index++) tell(lines, 'same', String(index), depth, after[index])
  const [removed, added] = [was.length - head - tail, is.length - head - tail]
  for (let index = head; index < head + Math.max(removed, added); index++) {
    const key = String(index)
    if (index >= head + added) tell(lines, 'removed', key, depth, before[index])
    else if (index >= head + removed) tell(lines, 'added', key, depth, after[index])
    else compare(lines, key, depth, before[index], after[index])
  }
  for (let index = is.length - tail; index < is.length; index++) tell(lines, 'same', String(index), depth, after[index])
}

/** All of a value. */
const tell = (
  lines: DiffLine[],
  kind: 'same' | 'added' | 'removed',
  key: string,
  depth: number,
  value: unknown,
): void => {
  if (lines.length > MAX_LINES) return
  const text = opening(value)
  lines.push({
    kind,
    depth,
    key,
    ...(kind !== 'added' && { before: text }),
    ...(kind !== 'removed' && { after: text }),
  })
  if (isContainer(value)) for (const [name, one] of Object.entries(value)) tell(lines, kind, name, depth + 1, one)
}
