import { type Fate, fates } from '../src/fault-proxy/fate.js'
import { ProxiedRequest } from '../src/fault-proxy/proxied-request.js'
import {
  FAULT_KINDS,
  type FaultKind,
  type RandomFaultsOptions,
  randomFaults,
} from '../src/fault-proxy/random-faults.js'

const requestOf = (operation: string, input: object = {}) =>
  new ProxiedRequest(operation, '/', {}, Buffer.from(JSON.stringify(input)))
const put = requestOf('PutItem', { Item: {} })
const names = (options: RandomFaultsOptions, count: number, request = put): (string | undefined)[] => {
  const fateOf = randomFaults(options)
  return Array.from({ length: count }, (_, index) => fateOf(request, index).name)
}
const shareOf = (name: string | undefined, of: readonly (string | undefined)[]): number =>
  of.filter((other) => other === name).length / of.length

test('without rates every request passes', () => {
  expect(new Set(names({}, 100))).toEqual(new Set([undefined]))
})

test('a seed repeats its faults, another one has others', () => {
  const rates = { reset: 0.2, throttled: 0.2, latency: 0.3 }

  expect(names({ seed: 5, rates }, 200)).toEqual(names({ seed: 5, rates }, 200))
  expect(names({ seed: 5, rates }, 200)).not.toEqual(names({ seed: 6, rates }, 200))
})

test('the fate of a request does not depend on how often others were asked for', () => {
  const rates = { throttled: 0.5 }
  const [all, last] = [randomFaults({ rates }), randomFaults({ rates })]
  for (let index = 0; index < 50; index++) all(put, index)

  expect(all(put, 50)).toEqual(last(put, 50))
})

test('each kind is as frequent as its rate', () => {
  const drawn = names({ rates: { reset: 0.1, serverError: 0.3 } }, 20_000)

  expect(shareOf('reset', drawn)).toBeCloseTo(0.1, 1)
  expect(shareOf('serverError', drawn)).toBeCloseTo(0.3, 1)
  expect(shareOf(undefined, drawn)).toBeCloseTo(0.6, 1)
})

test('latency comes on top of any fault, up to its bound', () => {
  const fateOf = randomFaults({ rates: { reset: 0.5, latency: 1 }, latencyMs: 20 })
  const drawn = Array.from({ length: 1_000 }, (_, index) => fateOf(put, index))

  const pauses = drawn.map(({ before }) => Number(before))
  expect(Math.max(...pauses)).toBeLessThan(20)
  expect(Math.max(...pauses)).toBeGreaterThan(19)
  expect(Math.min(...pauses)).toBeLessThan(1)
  expect(new Set(drawn.map(({ name, deliver }) => `${name} ${deliver}`))).toEqual(
    new Set(['reset never', 'latency undefined']),
  )
})

describe('a brown-out', () => {
  test('comes back every so many requests, and lasts so long', () => {
    const drawn = names({ brownOut: { every: 10, length: 3, rate: 1 } }, 20)

    expect(drawn.flatMap((name, index) => (name === 'unavailable' ? [index] : []))).toEqual([7, 8, 9, 17, 18, 19])
  })

  test('fails most requests, in its own way', () => {
    const drawn = names({ brownOut: { every: 1, length: 1, rate: 0.8, kind: 'hang' } }, 10_000)

    expect(shareOf('hang', drawn)).toBeCloseTo(0.8, 1)
    expect(shareOf(undefined, drawn)).toBeCloseTo(0.2, 1)
  })
})

describe('every kind', () => {
  const requests: Record<string, object> = {
    PutItem: { Item: {} },
    GetItem: { Key: {} },
    BatchWriteItem: { RequestItems: {} },
    BatchGetItem: { RequestItems: {} },
    BatchExecuteStatement: { Statements: [{}, {}] },
    TransactWriteItems: { TransactItems: [{}, {}, {}] },
  }
  const suits: Partial<Record<FaultKind, string[]>> = {
    unprocessed: ['BatchWriteItem', 'BatchGetItem'],
    statementFaults: ['BatchExecuteStatement'],
    transactionConflict: ['PutItem', 'TransactWriteItems'],
  }
  const fatesOf = (kind: FaultKind, operation: string): Fate[] => {
    const fateOf = randomFaults({ rates: { [kind]: 1 } })
    return Array.from({ length: 50 }, (_, index) => fateOf(requestOf(operation, requests[operation]), index))
  }

  test.each(FAULT_KINDS)('%s: happens to the requests that it suits, the others pass', (kind) => {
    for (const operation of Object.keys(requests))
      for (const fate of fatesOf(kind, operation))
        if (suits[kind]?.includes(operation) ?? true) expect(fate.name).toBe(kind)
        else expect(fate).toBe(fates.pass)
  })

  test('throttled: for every reason, of reads or writes', () => {
    const reasonsOf = (operation: string) =>
      new Set(fatesOf('throttled', operation).map(({ answer }) => /Table\w+/.exec(JSON.stringify(answer))?.[0]))

    expect(reasonsOf('PutItem').size).toBe(4)
    expect([...reasonsOf('GetItem')].every((reason) => reason?.startsWith('TableRead'))).toBe(true)
  })

  test('unprocessed: an entry stays left out, however often it is looked at', () => {
    const [fate] = fatesOf('unprocessed', 'BatchWriteItem')
    const look = () => Array.from({ length: 25 }, (_, index) => fate?.unprocessed?.(index))

    expect(look()).toEqual(look())
    expect(new Set(look())).toEqual(new Set([true, false]))
  })

  test('statementFaults: only where DynamoDB itself failed may a statement be carried out all the same', () => {
    const faults = fatesOf('statementFaults', 'BatchExecuteStatement').flatMap(({ statementFault }) =>
      [0, 1].map((index) => statementFault?.(index)),
    )
    const applied = faults.filter((fault) => fault?.applied === true)

    expect(new Set(applied.map((fault) => fault?.code))).toEqual(new Set(['InternalServerError']))
    expect(new Set(faults.map((fault) => fault?.code)).size).toBe(4)
  })

  test('transactionConflict: one item of the transaction has it', () => {
    for (const { answer } of fatesOf('transactionConflict', 'TransactWriteItems'))
      expect(answer).toMatchObject({
        name: 'TransactionCanceledException',
        message: expect.stringMatching(/\[(None, ){0,2}TransactionConflict(, None){0,2}\]$/),
      })
  })
})
