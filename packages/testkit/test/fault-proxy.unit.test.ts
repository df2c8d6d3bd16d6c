import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import fc from 'fast-check'
import { startFaultProxy } from '../src/fault-proxy/fault-proxy.js'
import { partialBatch } from '../src/fault-proxy/partial-batch.js'
import { reply } from '../src/fault-proxy/reply.js'
import { itemBytes, workOf } from '../src/fault-proxy/wire-size.js'

describe('options', () => {
  const target = 'http://127.0.0.1:1'

  test.each<[string, object, string]>([
    ['no target', {}, 'target'],
    ['no address', { target: 'localhost' }, 'must be an http address'],
    ['encryption, which the proxy can not look into', { target: 'https://127.0.0.1:1' }, 'must be an http address'],
    ['an unknown kind', { target, rates: { flood: 1 } }, 'flood'],
    ['rates beyond certainty', { target, rates: { reset: 0.6, hang: 0.6 } }, 'must together be at most 1'],
    ['a brown-out without end', { target, brownOut: { every: 1, length: 2 } }, 'must not last longer'],
    ['two that decide', { target, fateOf: () => ({}), seed: 1 }, 'decides alone'],
    ['an unknown option', { target, port: 1 }, 'port'],
  ])('%s: is refused, with what is wrong', async (_, options, message) => {
    await expect(startFaultProxy(options as { target: string })).rejects.toMatchObject({
      name: 'FaultProxyError',
      code: 'BAD_OPTIONS',
      message: expect.stringContaining(message),
    })
  })
})

test('a connection that is being ended already is closed, when it is to be reset, and not kept for ever', async () => {
  const openBefore = openSockets()
  const server = createServer((_, response) => {
    response.socket?.end()
    reply(response, 'reset', undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const closed = new Promise((resolve) => client.on('error', () => undefined).on('close', resolve))
  client.resume().write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')

  await closed
  await new Promise((resolve) => server.close(resolve))

  expect(openSockets()).toBe(openBefore)
})

const openSockets = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length

describe('a batch of several tables', () => {
  const writes = { RequestItems: { a: ['a0', 'a1'], b: ['b0', 'b1'] } }
  const reads = { RequestItems: { a: { Keys: ['a0', 'a1'], ConsistentRead: true }, b: { Keys: ['b0'] } } }

  test('of writes is counted through, and what DynamoDB leaves is left too', () => {
    const part = partialBatch('BatchWriteItem', writes, { unprocessed: (index) => index === 0 || index === 3 })

    expect(part?.input).toEqual({ RequestItems: { a: ['a1'], b: ['b0'] } })
    expect(part?.wholeAnswer({ UnprocessedItems: { b: ['b0'] }, ConsumedCapacity: [] })).toEqual({
      UnprocessedItems: { a: ['a0'], b: ['b1', 'b0'] },
      ConsumedCapacity: [],
    })
  })

  test('of reads is counted through, and what DynamoDB leaves is left too', () => {
    const part = partialBatch('BatchGetItem', reads, { unprocessed: (index) => index === 1 })

    expect(part?.input).toEqual({ RequestItems: { a: { Keys: ['a0'], ConsistentRead: true }, b: { Keys: ['b0'] } } })
    expect(part?.wholeAnswer({ Responses: { b: ['item'] }, UnprocessedKeys: { a: { Keys: ['a0'] } } })).toEqual({
      Responses: { b: ['item'] },
      UnprocessedKeys: { a: { Keys: ['a1', 'a0'], ConsistentRead: true } },
    })
  })

  test('any part of any statements: every statement has an answer, in its place', () => {
    const fault = fc.option(fc.record({ code: fc.constant('Nope'), applied: fc.boolean() }), { nil: undefined })
    fc.assert(
      fc.property(fc.array(fault, { minLength: 1 }), (faults) => {
        const Statements = faults.map((_, index) => ({ Statement: String(index) }))
        const part = partialBatch('BatchExecuteStatement', { Statements }, { statementFault: (index) => faults[index] })
        const carriedOut = (part?.input ?? (part === undefined ? { Statements } : { Statements: [] })).Statements
        const answer = { Responses: carriedOut.map(({ Statement }: { Statement: string }) => ({ Item: Statement })) }

        expect(part?.wholeAnswer(answer) ?? answer).toEqual({
          Responses: faults.map((each, index) =>
            each === undefined ? { Item: String(index) } : { Error: { Code: 'Nope', Message: 'Nope' } },
          ),
        })
        expect(carriedOut).toEqual(Statements.filter((_, index) => faults[index]?.applied ?? true))
      }),
    )
  })
})

describe('bytes and units', () => {
  test('of an item of every type', () => {
    const bytes = (text: string) => ({ B: Buffer.from(text).toString('base64') })

    expect(itemBytes({ ab: { S: 'ü' } })).toBe(2 + 2)
    expect(itemBytes({ n: { N: '-123.40' } })).toBe(1 + 1 + 2 + 1)
    expect(itemBytes({ b: bytes('12345') })).toBe(1 + 5)
    expect(itemBytes({ t: { BOOL: true }, u: { NULL: true } })).toBe(2 + 2)
    expect(itemBytes({ s: { SS: ['a', 'bc'] }, n: { NS: ['1'] }, b: { BS: [bytes('x').B] } })).toBe(3 + 3 + 2 + 1)
    expect(itemBytes({ l: { L: [{ S: 'a' }] } })).toBe(1 + 3 + 1 + 1)
    expect(itemBytes({ m: { M: { k: { S: 'v' } } } })).toBe(1 + 3 + 2 + 1)
  })

  const large = { k: { S: 'x'.repeat(5_000) } }
  const small = { k: { S: 'x' } }
  test.each<[string, string, object, object, object]>([
    ['UpdateItem', 'as the smallest item', { Key: small }, {}, { written: 1, writeUnits: 1 }],
    ['DeleteItem', 'as the smallest item', { Key: small }, {}, { written: 1, writeUnits: 1 }],
    [
      'BatchWriteItem',
      'without what was left unprocessed',
      { RequestItems: { a: [{ PutRequest: { Item: large } }, { DeleteRequest: { Key: small } }, {}] } },
      { UnprocessedItems: { a: [{}] } },
      { written: 2, writeUnits: 6 },
    ],
    [
      'BatchExecuteStatement',
      'from names and parameters, without what failed',
      {
        Statements: [
          { Statement: `INSERT INTO "t" VALUE {'${'n'.repeat(1_000)}': ?}`, Parameters: [{ S: 'x'.repeat(25) }] },
          { Statement: '' },
        ],
      },
      { Responses: [{}, { Error: {} }] },
      { written: 1, writeUnits: 2 },
    ],
    [
      'TransactWriteItems',
      'twice',
      { TransactItems: [{ Put: { Item: large } }, { Update: { Key: small } }, { Delete: {} }] },
      {},
      { written: 3, writeUnits: 14 },
    ],
    ['Query', 'rounded up together', { ConsistentRead: true }, { Items: [small, large] }, { read: 2, readUnits: 2 }],
    ['Scan', 'half, when it is not strong', {}, { Items: [] }, { read: 0, readUnits: 0.5 }],
    [
      'BatchGetItem',
      'rounded up one by one, also those that are not there',
      { RequestItems: { a: { Keys: [1, 2, 3, 4], ConsistentRead: true } } },
      { Responses: { a: [large, small] }, UnprocessedKeys: { a: { Keys: [4] } } },
      { read: 2, readUnits: 2 + 1 + 1 },
    ],
    ['ListTables', 'nothing', {}, {}, { written: 0, read: 0, writeUnits: 0, readUnits: 0 }],
  ])('%s counts %s', (operation, _, input, output, expected) => {
    expect(workOf(operation, input, output)).toMatchObject(expected)
  })
})
