import { z } from 'zod'
import { CliError, UsageError } from '../cli-error.js'
import { ExitCode } from '../exit-code.js'
import type { About } from '../page/protocol.js'
import { deleteTo, repair, verify } from './changes.js'
import { count } from './count.js'
import { eventDetail } from './event-detail.js'
import type { Explorer } from './explorer.js'
import { historyPage } from './history-page.js'
import { idsPage } from './ids-page.js'
import { snapshotDetail, snapshotsPage } from './snapshots.js'
import { tableHealths } from './table-health.js'
import { type TailSource, tail } from './tail.js'

/** Sends one message of a stream; resolves when there is room for more. */
export type SendMessage = (name: string, data: unknown) => Promise<void>

/** What a route is asked with: the query of a GET, the body of a POST. */
export interface Question {
  readonly params: unknown
  /** The command is interrupted, or who asked has gone. */
  readonly signal: AbortSignal
}

/** An answer in one piece, or a stream of messages. */
export type Route = { readonly method: 'GET' | 'POST' } & (
  | { readonly answer: (question: Question) => Promise<unknown> }
  | { readonly stream: (question: Question, send: SendMessage) => Promise<void> }
)

/** There is nothing of that number. */
export class NotFoundError extends CliError {
  override readonly name: string = 'NotFoundError'
}

const id = z.string().min(1, 'must not be empty')
const sequenceNr = z.coerce.number().pipe(z.int().min(1))
const limit = z.coerce.number().pipe(z.int().min(1).max(500))
const cursor = z.string().max(8192).optional()
const slice = z.coerce.number().pipe(z.int().min(0).max(1023))

const schemas = {
  ids: z.strictObject({ prefix: z.string().default(''), cursor, limit: limit.default(50) }),
  history: z.strictObject({ id, from: sequenceNr.default(1), limit: limit.default(50) }),
  event: z.strictObject({ id, sequenceNr }),
  snapshots: z.strictObject({ id, cursor, limit: limit.default(100) }),
  snapshot: z.strictObject({ id, sequenceNr: z.coerce.number().pipe(z.int().min(0)) }),
  one: z.strictObject({ id }),
  nothing: z.strictObject({}),
  tail: z.union([
    z.strictObject({ id }),
    z.strictObject({ tag: z.string().min(1) }),
    z.strictObject({ minSlice: slice.default(0), maxSlice: slice.default(1023) }),
  ]),
  delete: z.strictObject({ id, to: z.int().min(1), confirmed: z.string() }),
}

const parsed = <T extends z.ZodType>(schema: T, params: unknown): z.output<T> => {
  const result = schema.safeParse(params)
  if (result.success) return result.data
  throw new UsageError(`The request can't be used:\n${z.prettifyError(result.error)}`)
}

const there = <T>(found: T | undefined, what: string): T => {
  if (found !== undefined) return found
  throw new NotFoundError(`There is no ${what}: it may have been deleted since.`, ExitCode.FAILURE)
}

const question = <T extends z.ZodType>(
  schema: T,
  ask: (params: z.output<T>, signal: AbortSignal) => Promise<unknown>,
): Route => ({ method: 'GET', answer: async ({ params, signal }) => ask(parsed(schema, params), signal) })

const change = <T extends z.ZodType>(
  { isWritable }: About,
  schema: T,
  make: (params: z.output<T>, signal: AbortSignal) => Promise<unknown>,
): Route => ({
  method: 'POST',
  answer: async ({ params, signal }) => {
    if (!isWritable) throw new ReadOnlyError('This page only reads. Start it by: dynact explore --write')
    return make(parsed(schema, params), signal)
  },
})

/** The command was not given `--write`. */
export class ReadOnlyError extends CliError {
  override readonly name: string = 'ReadOnlyError'
}

/** What the page can ask for, by path. */
export const makeRoutes = (explorer: Explorer, about: About): ReadonlyMap<string, Route> =>
  new Map<string, Route>([
    ['/api/about', question(schemas.nothing, async () => about)],
    [
      '/api/ids',
      question(schemas.ids, (params, signal) => idsPage(explorer, { cursor: undefined, ...params }, signal)),
    ],
    ['/api/history', question(schemas.history, ({ id, ...range }, signal) => historyPage(explorer, id, range, signal))],
    [
      '/api/event',
      question(schemas.event, async ({ id, sequenceNr }, signal) =>
        there(await eventDetail(explorer, id, sequenceNr, signal), `event ${sequenceNr}`),
      ),
    ],
    [
      '/api/snapshots',
      question(schemas.snapshots, ({ id, ...page }, signal) =>
        snapshotsPage(explorer, id, { cursor: undefined, ...page }, signal),
      ),
    ],
    [
      '/api/snapshot',
      question(schemas.snapshot, async ({ id, sequenceNr }, signal) =>
        there(await snapshotDetail(explorer, id, sequenceNr, signal), `snapshot at ${sequenceNr}`),
      ),
    ],
    ['/api/verify', question(schemas.one, ({ id }, signal) => verify(explorer, id, signal))],
    ['/api/tables', question(schemas.nothing, (_, signal) => tableHealths(explorer, signal))],
    [
      '/api/tail',
      {
        method: 'GET',
        stream: async ({ params, signal }, send) => {
          const entries = await tail(explorer, parsed(schemas.tail, params) as TailSource, signal)
          await send('ready', {})
          for await (const entry of entries) await send('entry', entry)
        },
      },
    ],
    [
      '/api/count',
      {
        method: 'GET',
        stream: async ({ params, signal }, send) => {
          parsed(schemas.nothing, params)
          // Told as it goes on; who reads slowly misses some of it.
          let isSending = false
          const done = await count(explorer, signal, (sofar) => {
            if (isSending) return
            isSending = true
            void send('count', sofar).then(
              () => {
                isSending = false
              },
              () => undefined,
            )
          })
          await send('count', done)
        },
      },
    ],
    ['/api/repair', change(about, schemas.one, ({ id }, signal) => repair(explorer, id, signal))],
    [
      '/api/delete',
      change(about, schemas.delete, ({ id: persistenceId, ...how }, signal) =>
        deleteTo(explorer, { persistenceId, ...how }, signal),
      ),
    ],
  ])
