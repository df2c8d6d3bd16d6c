import type { Failure, InsertOutcome, Requests } from '@dynact/dynamodb'
import { testTransport } from '../../../tools/test-support/index.js'
import type { Fate } from '../../../tools/test-support/observed-client.js'
import type { Item } from '../src/layout/item.js'
import type { FaultFixture } from './fault-fixture.js'

/** What comes of a fault. */
export interface Expected {
  /** What the caller learns of it when every attempt meets it. */
  readonly verdict: Pick<Failure, 'reason' | 'applied' | 'throttledBy'> | 'stored'
  /** Is it worth another attempt? */
  readonly isRetried: boolean
  /** Which items are stored when every attempt meets it; none unless told. */
  readonly stored?: readonly number[] | 'all'
  readonly attemptMs?: number
}

const failure = (reason: Failure['reason'], applied: Failure['applied'], isRetried: boolean): Expected => ({
  verdict: { reason, applied },
  isRetried,
})

export const THROTTLED = failure('throttled', 'no', true)
export const throttledBy = (limit: NonNullable<Failure['throttledBy']>): Expected => ({
  ...THROTTLED,
  verdict: { reason: 'throttled', applied: 'no', throttledBy: limit },
})
export const SERVER = failure('server', 'unknown', true)
export const CONNECTION = failure('connection', 'unknown', true)
/** On the direct transport; the SDK takes it for a fault of the connection. */
export const RESPONSE = failure('response', 'unknown', true)
export const CONTENTION = failure('contention', 'no', true)
export const CLOCK = failure('clock', 'no', true)
export const NOT_SENT = failure('not-sent', 'no', true)
export const REFUSED = failure('refused', 'no', false)
export const UNSUPPORTED = failure('unsupported', 'no', false)
/** Long enough for DynamoDB to carry it out, also on a busy machine. */
export const TIMEOUT: Expected = { ...failure('timeout', 'unknown', true), attemptMs: 1_000 }
/** No fault to the caller. */
export const ALL_STORED: Expected = { verdict: 'stored', isRetried: false, stored: 'all' }

/** A row: its name, what the proxy does, what is expected on both transports, and what instead on the SDK's. */
export type Row = readonly [name: string, fate: Fate, expected: Expected, onSdk?: Expected]

/** What is inserted, how many items at a time, by which operation. */
export interface Inserted {
  readonly operation: string
  readonly count: number
  readonly insert: (requests: Requests, items: readonly Item[]) => Promise<InsertOutcome>
}

/** Tests every row twice: every attempt meets its fault, then only the first one does. */
export const testRows = (fixture: FaultFixture, { operation, count, insert }: Inserted, rows: readonly Row[]): void => {
  for (const [name, fate, onBoth, onSdk = onBoth] of rows) {
    const expected = testTransport === 'sdk' ? onSdk : onBoth
    const { isRetried, stored = [], attemptMs } = expected

    test(`${name}, every time`, async () => {
      const items = fixture.items(count)
      fixture.always(operation, fate)

      const outcome = await insert(fixture.requestsThat('give up', { attemptMs }), items)

      expect(fixture.sent(operation)).toHaveLength(1)
      expectOutcome(outcome, expected)
      expect(await fixture.stored(items)).toEqual(stored === 'all' ? all(items) : stored)
    })

    test(`${name}, once: is ${isRetried ? '' : 'not '}sent again`, async () => {
      const items = fixture.items(count)
      fixture.onlyFirst(operation, fate)

      const outcome = await insert(fixture.requestsThat('retry', { attemptMs }), items)

      if (isRetried) {
        expect(outcome).toEqual({ mayBeStored: true })
        expect(fixture.sent(operation).length).toBeGreaterThan(1)
        expect(await fixture.stored(items)).toEqual(all(items))
      } else {
        expectOutcome(outcome, expected)
        expect(fixture.sent(operation)).toHaveLength(1)
      }
    })
  }
}

/** What the caller of inserts learns is what a row says. */
export const expectOutcome = (outcome: InsertOutcome, { verdict, stored = [] }: Expected): void => {
  if (verdict === 'stored') expect(outcome).toEqual({ mayBeStored: true })
  else {
    expect(outcome.failure?.failure).toMatchObject(verdict)
    expect(outcome.conflict).toBeUndefined()
    expect(outcome.mayBeStored).toBe(stored.length > 0 || verdict.applied === 'unknown')
  }
}

const all = (items: readonly Item[]): number[] => items.map((_, num) => num)
