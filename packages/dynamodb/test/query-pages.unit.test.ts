import { queryPages } from '@dynact/dynamodb'
import type { Item } from '../src/layout/item.js'
import { serviceError } from './fake-transport.js'
import { makeRequests, options } from './make-requests.js'

const input = { TableName: 'events', KeyConditionExpression: '#par = :par' }
const keyOf = (page: number): Item => ({ par: { S: 'a' }, num: { N: String(page) } })

/** Pages 0 to `last`, each of one item, `undefined` where a filter has left nothing. */
const paging =
  (last: number, isEmpty: (page: number) => boolean = () => false) =>
  ({ input: { ExclusiveStartKey } }: { input: { ExclusiveStartKey?: Item } }) => {
    const page = ExclusiveStartKey === undefined ? 0 : Number(ExclusiveStartKey['num']?.N) + 1
    return { Items: isEmpty(page) ? undefined : [keyOf(page)], ...(page < last && { LastEvaluatedKey: keyOf(page) }) }
  }

const pagesOf = async (requests: ReturnType<typeof makeRequests>['requests']) => {
  const pages: Item[][] = []
  for await (const page of queryPages(requests, input, options)) pages.push(page)
  return pages
}

test('every page is followed to the last one', async () => {
  const { requests, transport } = makeRequests(paging(3))

  expect(await pagesOf(requests)).toEqual([[keyOf(0)], [keyOf(1)], [keyOf(2)], [keyOf(3)]])
  expect(transport.sent.map(({ input: sent }) => sent)).toEqual([
    input,
    { ...input, ExclusiveStartKey: keyOf(0) },
    { ...input, ExclusiveStartKey: keyOf(1) },
    { ...input, ExclusiveStartKey: keyOf(2) },
  ])
})

test('a page on which a filter has left nothing is not the end', async () => {
  const { requests } = makeRequests(paging(3, (page) => page < 3))

  expect(await pagesOf(requests)).toEqual([[], [], [], [keyOf(3)]])
})

test('the input is not changed', async () => {
  const { requests } = makeRequests(paging(2))

  await pagesOf(requests)

  expect(input).toEqual({ TableName: 'events', KeyConditionExpression: '#par = :par' })
})

test('nothing is requested before the first page is asked for, and the next one only when it is', async () => {
  const { requests, transport } = makeRequests(paging(3))

  const pages = queryPages(requests, input, options)
  expect(transport.sent).toHaveLength(0)
  await pages.next()

  expect(transport.sent).toHaveLength(1)
})

test('leaving the iteration ends the requests', async () => {
  const { requests, transport } = makeRequests(paging(3))

  for await (const _ of queryPages(requests, input, options)) break

  expect(transport.sent).toHaveLength(1)
})

test('a page that fails is asked for again, from the same place', async () => {
  const { requests, transport } = makeRequests((request, index) => {
    if (index === 1) throw serviceError('InternalServerError')
    return paging(2)(request)
  })

  expect(await pagesOf(requests)).toEqual([[keyOf(0)], [keyOf(1)], [keyOf(2)]])
  expect(transport.sent.map(({ input: sent }) => sent.ExclusiveStartKey?.num.N)).toEqual([undefined, '0', '0', '1'])
})

test('an abort between two pages comes out as its own reason', async () => {
  const { requests, transport } = makeRequests(paging(3))
  const stop = new AbortController()
  const reason = new Error('shutting down')

  const pages = queryPages(requests, input, { ...options, signal: stop.signal })
  await pages.next()
  stop.abort(reason)

  await expect(pages.next()).rejects.toBe(reason)
  expect(transport.sent).toHaveLength(1)
})
