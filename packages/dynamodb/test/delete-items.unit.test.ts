import { deleteItems } from '@dynact/dynamodb'
import { rejectionOf } from '../../../tools/test-support/failures.js'
import type { Item } from '../src/layout/item.js'
import { serviceError } from './fake-transport.js'
import { makeRequests, options } from './make-requests.js'

const keysOf = (count: number): Item[] =>
  Array.from({ length: count }, (_, index) => ({ par: { S: `k-${index}` }, num: { N: '0' } }))
interface Deletion {
  DeleteRequest: { Key: Item }
}
const deletionsIn = (input: { RequestItems: Record<string, Deletion[]> }): Deletion[] =>
  input.RequestItems['events'] ?? []

/** Carries out at most `most` deletions, and leaves the others unprocessed. */
const deleting =
  (deleted: Item[], most: number) =>
  ({ input }: { input: Parameters<typeof deletionsIn>[0] }) => {
    const deletions = deletionsIn(input)
    deleted.push(...deletions.slice(0, most).map(({ DeleteRequest }) => DeleteRequest.Key))
    const rest = deletions.slice(most)
    return { UnprocessedItems: rest.length > 0 ? { events: rest } : {} }
  }

test.each([
  [0, []],
  [1, [1]],
  [25, [25]],
  [26, [25, 1]],
  [60, [25, 25, 10]],
])('%d keys go out in requests of %j, in their order', async (count, sizes) => {
  const deleted: Item[] = []
  const { requests, transport } = makeRequests(deleting(deleted, 25))

  await deleteItems(requests, 'events', keysOf(count), options)

  expect(deleted).toEqual(keysOf(count))
  expect(transport.sent.map(({ input }) => deletionsIn(input).length)).toEqual(sizes)
  expect(transport.sent.every(({ operation }) => operation === 'BatchWriteItem')).toBe(true)
})

test('deletions that are left unprocessed are sent again and again, with pauses, before the next ones', async () => {
  const deleted: Item[] = []
  const { requests, transport, timing } = makeRequests(deleting(deleted, 10))

  await deleteItems(requests, 'events', keysOf(30), options)

  expect(deleted).toEqual(keysOf(30))
  expect(transport.sent.map(({ input }) => deletionsIn(input).length)).toEqual([25, 15, 5, 5])
  expect(timing.pauses).toEqual([10, 20])
})

test('deletions that stay unprocessed until the deadline are a failure, and nothing behind them is sent', async () => {
  const { requests, transport } = makeRequests(({ input }) => ({ UnprocessedItems: input.RequestItems }))

  const error = await rejectionOf(deleteItems(requests, 'events', keysOf(30), options))

  expect(error).toMatchObject({
    name: 'RequestFailedError',
    message: expect.stringContaining('25 deletions left unprocessed'),
  })
  expect(transport.sent.every(({ input }) => deletionsIn(input)[0]?.DeleteRequest.Key['par']?.S === 'k-0')).toBe(true)
})

test('a refusal ends it: nothing behind it is sent', async () => {
  const { requests, transport } = makeRequests(() => {
    throw serviceError('AccessDeniedException')
  })

  const error = await rejectionOf(deleteItems(requests, 'events', keysOf(30), options))

  expect(error).toMatchObject({ name: 'RequestFailedError', failure: { reason: 'refused' } })
  expect(transport.sent).toHaveLength(1)
})
