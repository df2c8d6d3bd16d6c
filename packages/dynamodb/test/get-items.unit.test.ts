import { getItems } from '@dynact/dynamodb'
import { rejectionOf } from '../../../tools/test-support/failures.js'
import type { Item } from '../src/layout/item.js'
import { serviceError } from './fake-transport.js'
import { makeRequests, options } from './make-requests.js'

const keysOf = (count: number): Item[] =>
  Array.from({ length: count }, (_, index) => ({ par: { S: `k-${index}` }, num: { N: '0' } }))
const itemOf = (key: Item): Item => ({ ...key, seq: { N: '1' } })
const keysIn = (input: { RequestItems: Record<string, { Keys: Item[] }> }): Item[] =>
  input.RequestItems['events']?.Keys ?? []

/** Answers at most `most` of the keys, and leaves the others unprocessed. */
const answering =
  (most: number) =>
  ({ input }: { input: Parameters<typeof keysIn>[0] }) => {
    const keys = keysIn(input)
    const rest = keys.slice(most)
    return {
      Responses: { events: keys.slice(0, most).map(itemOf) },
      UnprocessedKeys: rest.length > 0 ? { events: { Keys: rest } } : {},
    }
  }

test('items are read strongly consistent, and come back together', async () => {
  const { requests, transport } = makeRequests(answering(100))

  const items = await getItems(requests, 'events', keysOf(3), options)

  expect(items).toEqual(keysOf(3).map(itemOf))
  expect(transport.sent).toMatchObject([
    { operation: 'BatchGetItem', input: { RequestItems: { events: { Keys: keysOf(3), ConsistentRead: true } } } },
  ])
})

test.each([
  [0, []],
  [1, [1]],
  [100, [100]],
  [101, [100, 1]],
  [250, [100, 100, 50]],
])('%d keys go out in requests of %j', async (count, sizes) => {
  const { requests, transport } = makeRequests(answering(100))

  expect(await getItems(requests, 'events', keysOf(count), options)).toHaveLength(count)
  expect(transport.sent.map(({ input }) => keysIn(input).length)).toEqual(sizes)
})

test('keys that are left unprocessed are asked for again and again, with pauses, and no item comes twice', async () => {
  const { requests, transport, timing } = makeRequests(answering(4))

  const items = await getItems(requests, 'events', keysOf(10), options)

  expect(items).toEqual(keysOf(10).map(itemOf))
  expect(transport.sent.map(({ input }) => keysIn(input).length)).toEqual([10, 6, 2])
  expect(timing.pauses).toEqual([10, 20])
})

test('an attempt that fails in between loses nothing', async () => {
  const { requests } = makeRequests((request, index) => {
    if (index === 1) throw serviceError('TimeoutError')
    return answering(4)(request)
  })

  expect(await getItems(requests, 'events', keysOf(10), options)).toEqual(keysOf(10).map(itemOf))
})

test('keys that stay unprocessed until the deadline are a failure, never a shorter result', async () => {
  const { requests } = makeRequests(({ input }) => ({ Responses: {}, UnprocessedKeys: input.RequestItems }))

  const error = await rejectionOf(getItems(requests, 'events', keysOf(7), options))

  expect(error).toMatchObject({
    name: 'RequestFailedError',
    failure: { reason: 'throttled', applied: 'no' },
    message: expect.stringContaining('7 keys left unprocessed'),
  })
})

test('items that are not there are left out', async () => {
  const { requests } = makeRequests(() => ({ Responses: { events: [itemOf({ par: { S: 'k-1' } })] } }))

  expect(await getItems(requests, 'events', keysOf(3), options)).toEqual([itemOf({ par: { S: 'k-1' } })])
})
