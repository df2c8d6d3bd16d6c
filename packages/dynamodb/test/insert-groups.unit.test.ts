import { FencedInserts } from '../src/fenced-inserts.js'
import type { Item } from '../src/layout/item.js'
import type { RequestWatcher } from '../src/request-watcher.js'
import type { RetryOptions } from '../src/retry.js'
import { FakeJournalTable } from './fake-journal-table.js'
import { type Answer, hangs, serviceError } from './fake-transport.js'
import { makeRequests, options, settle } from './make-requests.js'

const itemOf = (id: string, writer = 'ours'): Item => ({
  par: { S: `journal-P-${id}-0` },
  num: { N: '1' },
  writer_uuid: { S: writer },
  event: { B: new Uint8Array([1]) },
})
const stored = { mayBeStored: true }

/** Inserts over one connection, which is taken until `release()`. */
const make = ({
  maxGroup = 25,
  maxQueued = 1_000,
  retry = {},
  answer,
  watcher,
}: {
  maxGroup?: number
  maxQueued?: number
  retry?: Partial<RetryOptions>
  /** Answers all but the first. */
  answer?: Answer
  watcher?: RequestWatcher
} = {}) => {
  const table = new FakeJournalTable()
  const notices: string[] = []
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const made = makeRequests(
    async (request, index) => {
      if (index === 0) await held
      return index > 0 && answer !== undefined ? answer(request, index) : table.answer(request, index)
    },
    { slots: 1, maxQueued, retry, ...(watcher !== undefined && { watcher }) },
  )
  const inserts = new FencedInserts(made.requests, 'events', { maxGroup, onNotice: (text) => notices.push(text) })
  const insert = (id: string, more: object = {}) =>
    inserts.insert([itemOf(id)], { ...options, persistenceId: id, ...more })
  const first = insert('first')
  /** What the requests were, with the number of their statements. */
  const sent = () =>
    made.transport.sent.map(({ operation, input }) =>
      operation === 'BatchExecuteStatement' ? input.Statements.length : operation,
    )
  return { ...made, table, notices, release, inserts, insert, first, sent }
}

test('a lone insert goes out at once, by itself', async () => {
  const { first, sent, release } = make()
  await settle()

  expect(sent()).toEqual(['PutItem'])
  release()
  expect(await first).toEqual(stored)
})

test('inserts that wait for a connection share a request, and all are stored', async () => {
  const { insert, first, sent, table, release } = make()
  const waiting = ['a', 'b', 'c'].map((id) => insert(id))

  release()

  expect(await Promise.all([first, ...waiting])).toEqual([stored, stored, stored, stored])
  expect(sent()).toEqual(['PutItem', 3])
  for (const id of ['a', 'b', 'c']) expect(table.at(itemOf(id))).toEqual(itemOf(id))
})

test('a small batch of one actor shares it with the others', async () => {
  const { inserts, insert, sent, release } = make()
  const batch = inserts.insert([itemOf('x1'), itemOf('x2')], { ...options, persistenceId: 'x' })
  const other = insert('a')

  release()

  expect(await Promise.all([batch, other])).toEqual([stored, stored])
  expect(sent()).toEqual(['PutItem', 3])
})

test('no request has more than maxGroup, and none of them waits for more', async () => {
  const { insert, sent, release } = make({ maxGroup: 3 })
  const waiting = Array.from({ length: 7 }, (_, index) => insert(String(index)))

  release()
  await Promise.all(waiting)

  expect(sent()).toEqual(['PutItem', 3, 3, 1])
})

test('with groups of one, nothing is shared', async () => {
  const { insert, sent, release } = make({ maxGroup: 1 })
  const waiting = ['a', 'b'].map((id) => insert(id))

  release()
  await Promise.all(waiting)

  expect(sent()).toEqual(['PutItem', 'PutItem', 'PutItem'])
})

test('a conflict is only that of the insert whose key is taken', async () => {
  const { table, insert, release } = make()
  table.put(itemOf('b', 'theirs'))
  const [a, b, c] = ['a', 'b', 'c'].map((id) => insert(id))

  release()

  expect([await a, await c]).toEqual([stored, stored])
  expect(await b).toEqual({ conflict: itemOf('b', 'theirs'), mayBeStored: false })
})

test('only the insert that failed is sent again', async () => {
  const { table, insert, sent, release } = make()
  let failures = 1
  table.statementFateOf = (item) =>
    item['par']?.S === 'journal-P-b-0' && failures-- > 0 ? { code: 'ThrottlingError' } : undefined
  const waiting = ['a', 'b', 'c'].map((id) => insert(id))

  release()

  expect(await Promise.all(waiting)).toEqual([stored, stored, stored])
  expect(sent()).toEqual(['PutItem', 3, 'PutItem'])
})

test('a group whose answer is lost is found to be stored', async () => {
  const { table, insert, release } = make()
  table.fateOf = (_, index) => (index === 1 ? { lose: serviceError('TimeoutError') } : 'pass')
  const waiting = ['a', 'b'].map((id) => insert(id))

  release()

  expect(await Promise.all(waiting)).toEqual([stored, stored])
})

test('a group that is refused may be the fault of one: each is sent by itself', async () => {
  const { table, insert, sent, release } = make()
  table.fateOf = ({ operation, input }) =>
    operation === 'BatchExecuteStatement' || input.Item.par.S === 'journal-P-b-0'
      ? { fail: serviceError('ValidationException') }
      : 'pass'
  const [a, b] = ['a', 'b'].map((id) => insert(id))

  release()

  expect(await a).toEqual(stored)
  expect(await b).toMatchObject({ failure: { persistenceId: 'b' }, mayBeStored: false })
  expect(sent()).toEqual(['PutItem', 2, 'PutItem', 'PutItem'])
})

test('two writers of one key are never in one group', async () => {
  const { inserts, sent, release } = make()
  const [ours, theirs] = ['ours', 'theirs'].map((writer) =>
    inserts.insert([itemOf('a', writer)], { ...options, persistenceId: 'a' }),
  )

  release()

  expect(await ours).toEqual(stored)
  expect(await theirs).toEqual({ conflict: itemOf('a', 'ours'), mayBeStored: false })
  expect(sent()).toEqual(['PutItem', 1, 1])
})

test('an endpoint without BatchExecuteStatement is found out once, said once, and does without', async () => {
  const { table, insert, sent, notices, release } = make()
  table.fateOf = ({ operation }) =>
    operation === 'BatchExecuteStatement' ? { fail: serviceError('UnknownOperationException') } : 'pass'
  const waiting = ['a', 'b', 'c'].map((id) => insert(id))

  release()

  expect(await Promise.all(waiting)).toEqual([stored, stored, stored])
  expect(sent()).toEqual(['PutItem', 3, 'PutItem', 'PutItem', 'PutItem'])
  expect(notices).toEqual([
    'The endpoint lacks BatchExecuteStatement: every event of table events is a request of its own.',
  ])
})

test('an insert that is given up is not sent, and its group goes on', async () => {
  const { insert, sent, table, release } = make()
  const stop = new AbortController()
  const a = insert('a', { signal: stop.signal })
  const b = insert('b')
  await settle()

  stop.abort(new Error('shutting down'))

  await expect(a).rejects.toThrow('shutting down')
  release()
  expect(await b).toEqual(stored)
  expect(sent()).toEqual(['PutItem', 1])
  expect(table.at(itemOf('a'))).toBeUndefined()
})

test('an insert that waited too long is not sent: nothing is stored', async () => {
  const { insert, sent, timing, release } = make()
  const late = insert('late')
  await settle()

  timing.nowMs = 1_000
  release()

  expect(await late).toMatchObject({
    failure: { message: expect.stringContaining('the deadline passed before a connection was free') },
    mayBeStored: false,
  })
  expect(sent()).toEqual(['PutItem'])
})

test('an insert whose time is over fails then, even if no connection ever gets free', async () => {
  const { requests, timing, transport } = makeRequests(() => ({}), { slots: 1, retry: { totalMs: 20 } })
  let free: () => void = () => undefined
  const blocked = requests.limiter.run({ priority: 'write' }, () => new Promise<void>((done) => (free = done)))
  const late = new FencedInserts(requests, 'events', { maxGroup: 25 }).insert([itemOf('late')], options)
  await settle()

  timing.nowMs = 20

  expect(await late).toMatchObject({ failure: { failure: { reason: 'not-sent' } }, mayBeStored: false })
  free()
  await blocked
  expect(transport.sent).toEqual([])
})

test('the attempt of a group ends with the time of the first of its inserts', async () => {
  const { insert, first, release } = make({ retry: { totalMs: 30 }, answer: hangs })
  const waiting = ['a', 'b'].map((id) => insert(id))

  release()
  await first

  for (const outcome of await Promise.all(waiting))
    expect(outcome).toMatchObject({ failure: { failure: { reason: 'timeout' } }, mayBeStored: true })
})

test('a group is the attempt of the one of its inserts that has tried most often', async () => {
  const attempts: string[] = []
  const watcher: RequestWatcher = {
    wantsCapacity: false,
    sent: ({ operation, attempt }) => {
      attempts.push(`${operation} ${attempt}`)
      return () => undefined
    },
  }
  const { table, insert, first, release } = make({ watcher })
  table.fateOf = (_, index) => (index === 1 ? { fail: serviceError('ThrottlingException') } : 'pass')
  const waiting = ['a', 'b', 'c'].map((id) => insert(id))

  release()
  await Promise.all([first, ...waiting])

  // One of the three finds the connection free and goes by itself.
  expect(attempts).toEqual(['PutItem 1', 'BatchExecuteStatement 1', 'PutItem 2', 'BatchExecuteStatement 2'])
})

test('too many that wait are refused at once', async () => {
  const { insert, release } = make({ maxQueued: 3 })
  const waiting = ['a', 'b'].map((id) => insert(id))
  await settle()

  const refused = await insert('c')

  expect(refused).toMatchObject({ failure: { failure: { reason: 'queue-full' } }, mayBeStored: false })
  release()
  expect(await Promise.all(waiting)).toEqual([stored, stored])
})

test('closing waits for the group', async () => {
  const { insert, requests, transport, release } = make()
  const waiting = ['a', 'b'].map((id) => insert(id))
  await settle()

  const closed = requests.close()
  release()
  await closed

  expect(transport.isClosed).toBe(true)
  expect(await Promise.all(waiting)).toEqual([stored, stored])
})
