import { requiresRealDynamoDB } from '../../../tools/test-support/index.js'
import { fates } from '../src/fault-proxy/fate.js'
import { freshKey, key, ProxiedTable } from './proxied-table.js'

const table = new ProxiedTable()
beforeAll(() => table.create())
afterAll(() => table.remove())
beforeEach(() => table.open())
afterEach(() => table.close())

describe('a batch', () => {
  const batchOf = (pars: readonly string[]) => ({
    RequestItems: { [table.name]: pars.map((par) => ({ PutRequest: { Item: key(par) } })) },
  })
  const keysOf = (pars: readonly string[]) => ({
    RequestItems: { [table.name]: { Keys: pars.map(key), ConsistentRead: true } },
  })

  test('of writes: those left unprocessed are named, the others are stored', async () => {
    const [a, b, c] = [freshKey(), freshKey(), freshKey()]
    table.meets(fates.unprocessed((index) => index !== 1))

    const answer = await table.client.send('BatchWriteItem', batchOf([a, b, c]))

    expect(answer).toMatchObject({
      status: 200,
      isCrc32Right: true,
      json: { UnprocessedItems: batchOf([a, c]).RequestItems },
    })
    expect([await table.isStored(a), await table.isStored(b), await table.isStored(c)]).toEqual([false, true, false])
    expect(table.proxy.counts).toMatchObject({ items: { written: 1 }, faults: { unprocessed: 1 } })
  })

  test('of writes: all may be left unprocessed', async () => {
    const par = freshKey()
    table.meets(fates.unprocessed())

    const answer = await table.client.send('BatchWriteItem', batchOf([par]))

    expect(answer.json).toEqual({ UnprocessedItems: batchOf([par]).RequestItems })
    expect(await table.isStored(par)).toBe(false)
  })

  test('of reads: keys left unprocessed are named with how to read them, the others are read', async () => {
    const [a, b] = [freshKey(), freshKey()]
    await table.direct.send('BatchWriteItem', batchOf([a, b]))
    table.meets(fates.unprocessed((index) => index === 0))

    const answer = await table.client.send('BatchGetItem', keysOf([a, b]))

    expect(answer.json).toEqual({ Responses: { [table.name]: [key(b)] }, UnprocessedKeys: keysOf([a]).RequestItems })
    expect(table.proxy.counts).toMatchObject({ items: { read: 1 }, capacityUnits: { read: 1, write: 0 } })
  })

  test('of reads: all may be left unprocessed', async () => {
    const par = freshKey()
    table.meets(fates.unprocessed())

    expect((await table.client.send('BatchGetItem', keysOf([par]))).json).toEqual({
      Responses: {},
      UnprocessedKeys: keysOf([par]).RequestItems,
    })
  })

  requiresRealDynamoDB('of statements: some fail, the others are carried out, also some that fail', async () => {
    const pars = Array.from({ length: 4 }, freshKey)
    const Statements = pars.map((par) => ({
      Statement: `INSERT INTO "${table.name}" VALUE {'par': ?}`,
      Parameters: [{ S: par }],
    }))
    const faults = [
      undefined,
      { code: 'ThrottlingError' },
      { code: 'InternalServerError', message: 'oops', applied: true },
      undefined,
    ]
    table.meets(fates.failStatements((index) => faults[index]))

    const { json } = await table.client.send('BatchExecuteStatement', { Statements })

    expect(json.Responses).toEqual([
      { TableName: table.name },
      { Error: { Code: 'ThrottlingError', Message: 'ThrottlingError' } },
      { Error: { Code: 'InternalServerError', Message: 'oops' } },
      { TableName: table.name },
    ])
    expect(await Promise.all(pars.map((par) => table.isStored(par)))).toEqual([true, false, true, true])
    expect(table.proxy.counts).toMatchObject({ items: { written: 3 }, capacityUnits: { write: 3 } })
  })

  test('that is none is passed on whole', async () => {
    const par = freshKey()
    table.meets(fates.unprocessed())

    await table.client.send('PutItem', table.put(par))

    expect(await table.isStored(par)).toBe(true)
  })
})
