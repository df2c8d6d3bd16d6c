import { z } from 'zod'
import { UsageError } from '../cli-error.js'
import type { IdsPage } from '../page/protocol.js'
import type { Explorer } from './explorer.js'

/** A search gives what it has after so many pages of ids, so that somebody who watches sees how far it is. */
const MAX_PAGES = 20

const cursorSchema = z.strictObject({ page: z.string().optional(), after: z.string().optional() })

/** Where a list of ids goes on: a page of the listing, and the id in it that was told last. */
type Cursor = Readonly<z.output<typeof cursorSchema>>

const cursorText = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url')

const readCursor = (text: string): Cursor => {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
  } catch (cause) {
    throw new UsageError('The cursor is none that a list of ids has given. Begin at the first page.', { cause })
  }
}

/** Ids that begin with `prefix`, at most `limit` of them, in no order. */
export const idsPage = async (
  explorer: Explorer,
  { prefix, cursor, limit }: { readonly prefix: string; readonly cursor: string | undefined; readonly limit: number },
  signal: AbortSignal,
): Promise<IdsPage> => {
  const isId = cursor === undefined && prefix !== '' ? await isAnId(explorer, prefix, signal) : undefined
  const { page, after } = cursor === undefined ? {} : readCursor(cursor)
  const ids: string[] = []
  let lookedAt = 0
  const given = isId === undefined ? {} : { isId }
  let here = page
  let pages = 0
  const found = explorer.readJournal.currentPersistenceIdPages({ from: page, prefix, signal })
  for await (const { persistenceIds, next, itemsRead = 0 } of found) {
    lookedAt += itemsRead
    const told = here === page && after !== undefined ? persistenceIds.indexOf(after) + 1 : 0
    for (const id of persistenceIds.slice(told)) {
      ids.push(id)
      const isLast = next === undefined && id === persistenceIds.at(-1)
      if (ids.length === limit && !isLast)
        return { ids, lookedAt, next: cursorText({ ...(here !== undefined && { page: here }), after: id }), ...given }
    }
    pages++
    if (next === undefined) break
    here = next
    if (ids.length === limit || pages === MAX_PAGES)
      return { ids, lookedAt, next: cursorText({ page: next }), ...given }
  }
  return { ids, lookedAt, ...given }
}

const isAnId = async ({ journal }: Explorer, text: string, signal: AbortSignal): Promise<boolean> =>
  text.trim() !== '' && (await journal.readHighestSequenceNr(text, 0, { signal, priority: 'feed' })) > 0
