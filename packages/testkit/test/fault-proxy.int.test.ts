import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onRealDynamoDB, testClientConfig } from '../../../tools/test-support/index.js'
import { type Fate, fates } from '../src/fault-proxy/fate.js'
import { startFaultProxy } from '../src/fault-proxy/fault-proxy.js'
import { serviceFault, throttled, transactionCanceled } from '../src/fault-proxy/service-fault.js'
import { freshKey, key, ProxiedTable } from './proxied-table.js'
import { RawClient } from './raw-client.js'

const table = new ProxiedTable()
beforeAll(() => table.create())
afterAll(() => table.remove())
beforeEach(() => table.open())
afterEach(() => table.close())

describe('without a fault', () => {
  test('a request and its answer pass as they are, and the checksum fits', async () => {
    const par = freshKey()
    await table.client.send('PutItem', table.put(par))
    const get = { TableName: table.name, Key: key(par), ConsistentRead: true }

    const proxied = await table.client.send('GetItem', get)

    expect(proxied).toEqual(await table.direct.send('GetItem', get))
    expect(proxied).toMatchObject({ status: 200, isCrc32Right: true, json: { Item: table.put(par).Item } })
  })

  test('an error of DynamoDB passes too', async () => {
    const par = freshKey()
    await table.client.send('PutItem', table.put(par))

    const again = await table.client.send('PutItem', table.put(par))

    expect(again).toMatchObject({ status: 400, json: { __type: expect.stringContaining('ConditionalCheckFailed') } })
    expect(table.proxy.counts.items).toEqual({ written: 1, read: 0 })
  })

  test('what is no request to DynamoDB passes and is no request to count', async () => {
    const answer = await fetch(table.proxy.endpoint)

    expect(answer.status).toBe((await fetch(testClientConfig().endpoint)).status)
    expect(table.proxy.counts.requests).toBe(0)
  })
})

describe('one request of its fate', () => {
  const refusals: [string, Fate, number, object][] = [
    ['500', fates.refuse(serviceFault('InternalServerError')), 500, { message: 'InternalServerError' }],
    ['503', fates.refuse(serviceFault('ServiceUnavailable', 'away')), 503, { message: 'away' }],
    [
      'a throttle of the table',
      fates.refuse(throttled('TableWriteProvisionedThroughputExceeded')),
      400,
      {
        __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
        ThrottlingReasons: [{ reason: 'TableWriteProvisionedThroughputExceeded', resource: expect.any(String) }],
      },
    ],
    [
      'a throttle of a table paid per request',
      fates.refuse(throttled('TableWriteMaxOnDemandThroughputExceeded', 'arn:t')),
      400,
      { throttlingReasons: [{ reason: 'TableWriteMaxOnDemandThroughputExceeded', resource: 'arn:t' }] },
    ],
    [
      'a throttle of the account',
      fates.refuse(throttled('TableWriteAccountLimitExceeded')),
      400,
      { __type: 'com.amazonaws.dynamodb.v20120810#RequestLimitExceeded' },
    ],
    [
      'a cancelled transaction',
      fates.refuse(transactionCanceled(['None', 'TransactionConflict'])),
      400,
      { CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict', Message: 'TransactionConflict' }] },
    ],
  ]
  test.each(refusals)('%s: is answered by it, and not carried out', async (_, fate, status, json) => {
    const par = freshKey()
    table.meets(fate)

    expect(await table.client.send('PutItem', table.put(par))).toMatchObject({ status, json, isCrc32Right: true })

    expect(await table.isStored(par)).toBe(false)
    expect(table.proxy.counts).toMatchObject({
      requests: 1,
      delivered: 0,
      faults: { refused: 1 },
      items: { written: 0 },
    })
  })

  test('an answer of something in between', async () => {
    table.meets(fates.refuse({ status: 502, body: '<html>Bad Gateway</html>' }))

    expect(await table.client.send('PutItem', table.put(freshKey()))).toMatchObject({
      status: 502,
      text: '<html>Bad Gateway</html>',
    })
  })

  test('lost answer: an error comes, and it is carried out', async () => {
    const par = freshKey()
    table.meets(fates.loseAnswer(serviceFault('InternalServerError')))

    expect(await table.client.send('PutItem', table.put(par))).toMatchObject({ status: 500 })

    expect(await table.isStored(par)).toBe(true)
    expect(table.proxy.counts).toMatchObject({ delivered: 1, faults: { lostAnswer: 1 }, items: { written: 1 } })
  })

  test.each([
    ['before it is carried out', fates.reset, false],
    ['after it has been carried out', fates.loseAnswer(), true],
  ])('reset: the connection is, %s, and the next request has another', async (_, fate, stored) => {
    const par = freshKey()
    table.meets(fate)

    await expect(table.client.send('PutItem', table.put(par))).rejects.toMatchObject({ code: 'ECONNRESET' })

    expect(await table.isStored(par)).toBe(stored)
    expect((await table.client.send('ListTables', {})).status).toBe(200)
  })

  test.each([
    ['is not carried out', fates.hang, false],
    ['is carried out', fates.loseAnswer('hang'), true],
  ])('hang: nothing comes until the client gives up; it %s', async (_, fate, stored) => {
    const par = freshKey()
    const givesUp = new AbortController()
    // Pauses come before the answer, so that all of this has happened by then.
    table.meets({ ...fate, after: () => void setImmediate(() => givesUp.abort()) })

    await expect(table.client.send('PutItem', table.put(par), givesUp.signal)).rejects.toMatchObject({
      code: 'ABORT_ERR',
    })

    expect(await table.isStored(par)).toBe(stored)
  })

  test('hang: the proxy stops all the same, and then the connection ends', async () => {
    table.meets({ ...fates.hang, after: () => void setImmediate(() => table.proxy.stop()) })

    await expect(table.client.send('PutItem', table.put(freshKey()))).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  test('truncated: the body ends early, and it is carried out', async () => {
    const par = freshKey()
    table.meets(fates.truncate)

    await expect(table.client.send('PutItem', table.put(par))).rejects.toMatchObject({
      code: 'ECONNRESET',
      message: 'aborted',
    })

    expect(await table.isStored(par)).toBe(true)
  })

  test('invalid: the body is no JSON, and it is carried out', async () => {
    const par = freshKey()
    table.meets(fates.garble)

    const { status, text, isCrc32Right } = await table.client.send('PutItem', table.put(par))

    expect({ status, isCrc32Right }).toEqual({ status: 200, isCrc32Right: true })
    expect(() => JSON.parse(text)).toThrow(SyntaxError)
    expect(await table.isStored(par)).toBe(true)
  })

  test('wrong checksum: the body is right', async () => {
    table.meets(fates.wrongCrc32)

    const answer = await table.client.send('ListTables', {})

    expect(answer.isCrc32Right).toBe(false)
    expect(answer.json.TableNames).toContain(table.name)
  })

  test('duplicate: it is carried out twice, and the second answer comes', async () => {
    const par = freshKey()
    table.meets(fates.duplicate)

    const answer = await table.client.send('PutItem', table.put(par))

    expect(answer.json.__type).toContain('ConditionalCheckFailedException')
    expect(table.proxy.counts).toMatchObject({ requests: 1, delivered: 2, faults: { duplicate: 1 } })
    expect(await table.isStored(par)).toBe(true)
  })

  test('pauses: it is carried out between them', async () => {
    const par = freshKey()
    const seen: [string, boolean][] = []
    const look = (when: string) => async () => void seen.push([when, await table.isStored(par)])
    table.meets(fates.delay({ before: look('before'), after: look('after') }))

    await table.client.send('PutItem', table.put(par))

    expect(seen).toEqual([
      ['before', false],
      ['after', true],
    ])
  })

  test('latency in milliseconds', async () => {
    table.meets(fates.delay({ before: 30, after: 30 }))
    const start = performance.now()

    await table.client.send('ListTables', {})

    // A timer may be early by a part of a millisecond.
    expect(performance.now() - start).toBeGreaterThan(58)
  })

  test('another input: it is passed on in place of its own', async () => {
    const [mine, theirs] = [freshKey(), freshKey()]
    table.meets({ input: table.put(theirs) })

    await table.client.send('PutItem', table.put(mine))

    expect([await table.isStored(mine), await table.isStored(theirs)]).toEqual([false, true])
  })
})

test('counts requests, operations, items, bytes and capacity units', async () => {
  const [small, large] = [freshKey(), freshKey()]
  const item = { ...key(large), text: { S: 'x'.repeat(5_000) } }
  const puts = [table.put(small), { TableName: table.name, Item: item }]

  const answers = []
  for (const input of puts) answers.push(await table.client.send('PutItem', input))
  for (const Key of [key(small), key(large)])
    answers.push(await table.client.send('GetItem', { TableName: table.name, Key, ConsistentRead: true }))
  answers.push(await table.client.send('GetItem', { TableName: table.name, Key: key(freshKey()) }))

  const sent = answers.reduce((bytes, { text }) => bytes + Buffer.byteLength(text), 0)
  expect(table.proxy.counts).toMatchObject({
    requests: 5,
    operations: { PutItem: 2, GetItem: 3 },
    delivered: 5,
    faults: {},
    items: { written: 2, read: 2 },
    bytes: { sent, received: expect.any(Number) },
    capacityUnits: { write: 1 + 5, read: 1 + 2 + 0.5 },
  })
  expect(table.proxy.counts.bytes.received).toBeGreaterThan(JSON.stringify(puts).length)
})

if (onRealDynamoDB)
  test('counts the capacity units that DynamoDB reports where it was asked for them', async () => {
    const get = { TableName: table.name, Key: key(freshKey()), ConsistentRead: true, ReturnConsumedCapacity: 'TOTAL' }

    const { json } = await table.client.send('GetItem', get)

    expect(table.proxy.counts.capacityUnits.read).toBe(json.ConsumedCapacity.CapacityUnits)
  })

describe('the proxy', () => {
  test('draws faults by chance: here all are certain, and latency on top of them is none too many', async () => {
    const { endpoint: target } = testClientConfig()
    await using random = await startFaultProxy({ target, rates: { reset: 1, latency: 1 }, latencyMs: 1 })
    const raw = new RawClient(random.endpoint)

    await expect(raw.send('ListTables', {})).rejects.toMatchObject({ code: 'ECONNRESET' })

    expect(random.counts.faults).toEqual({ reset: 1 })
    raw.close()
  })

  test('answers 503 with the reason while the DynamoDB behind it is away', async () => {
    const away = createServer().listen(0, '127.0.0.1')
    await once(away, 'listening')
    const target = `http://127.0.0.1:${(away.address() as AddressInfo).port}`
    away.close()
    await using lonely = await startFaultProxy({ target })
    const raw = new RawClient(lonely.endpoint)

    const { status, json } = await raw.send('ListTables', {})

    expect({ status, message: json.message }).toEqual({
      status: 503,
      message: expect.stringMatching(`no answer from ${target}: .*ECONNREFUSED`),
    })
    raw.close()
  })

  test('tells an error of fateOf to the client, and again when it stops', async () => {
    const failing = await startFaultProxy({
      target: testClientConfig().endpoint,
      fateOf: () => {
        throw new TypeError('no such fate')
      },
    })
    const raw = new RawClient(failing.endpoint)

    expect(await raw.send('ListTables', {})).toMatchObject({
      status: 400,
      json: { message: expect.stringContaining('TypeError: no such fate') },
    })

    raw.close()
    await expect(failing.stop()).rejects.toMatchObject({ code: 'FATE_FAILED', cause: { message: 'no such fate' } })
  })

  test('passes on a body that is no JSON, and goes on', async () => {
    expect((await table.client.send('PutItem', 'no JSON')).status).toBe(
      (await table.direct.send('PutItem', 'no JSON')).status,
    )
    expect((await table.client.send('ListTables', {})).status).toBe(200)
  })

  test('is gone once it has stopped, a pause or not', async () => {
    const request = new Promise((resolve) => {
      table.meets(fates.delay({ before: () => new Promise(() => resolve('paused')) }))
    })
    const answer = table.client.send('ListTables', {})
    answer.catch(() => undefined)
    await request

    await Promise.all([table.proxy.stop(), table.proxy.stop()])

    await expect(answer).rejects.toMatchObject({ code: 'ECONNRESET' })
    await expect(table.client.send('ListTables', {})).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('is unharmed by a client that goes away while its request is on its way', async () => {
    const givesUp = new AbortController()
    const par = freshKey()
    table.meets(fates.delay({ before: () => givesUp.abort() }))

    await expect(table.client.send('PutItem', table.put(par), givesUp.signal)).rejects.toMatchObject({
      code: 'ABORT_ERR',
    })
    await table.proxy.stop()

    // It was passed on all the same, as by any network.
    expect(await table.isStored(par)).toBe(true)
  })
})
