import fc from 'fast-check'
import { FencedInserts } from '../src/fenced-inserts.js'
import type { Item } from '../src/layout/item.js'
import { FakeJournalTable, type Fate, type StatementFate } from './fake-journal-table.js'
import { serviceError } from './fake-transport.js'
import { makeRequests, options } from './make-requests.js'

const itemOf = (num: number, writer: string): Item => ({
  par: { S: 'journal-P-a-0' },
  num: { N: String(num) },
  writer_uuid: { S: writer },
})

const names = fc.constantFrom(
  'ThrottlingException',
  'AccessDeniedException',
  'TimeoutError',
  'InternalServerError',
  'NeverSeen',
)
const fates: fc.Arbitrary<Fate> = fc.oneof(
  fc.constant<Fate>('pass'),
  // Only what says "unknown" may have had an effect.
  names.map((name) => ({ fail: serviceError(name) })),
  fc.constantFrom('TimeoutError', 'InternalServerError', 'NeverSeen').map((name) => ({ lose: serviceError(name) })),
  // A client that retries by itself: carried out, and carried out again.
  fc.constant({ lose: serviceError('ConditionalCheckFailedException', { $metadata: { attempts: 2 } }) }),
)
const statementFates: fc.Arbitrary<StatementFate | undefined> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('ThrottlingError', 'ValidationError', 'TransactionConflict').map((code) => ({ code })),
  },
  {
    weight: 1,
    arbitrary: fc.record({ code: fc.constantFrom('InternalServerError', 'NeverSeen'), wasApplied: fc.boolean() }),
  },
)

interface Scenario {
  readonly count: number
  readonly theirs: readonly number[]
  readonly givesItemOfConflict: boolean
  readonly knowsBatches: boolean
  readonly fates: readonly Fate[]
  readonly statementFates: readonly (StatementFate | undefined)[]
  /** Do the faults come again and again, until the deadline? */
  readonly endless: boolean
}

const scenarios: fc.Arbitrary<Scenario> = fc.record({
  count: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 60 })),
  theirs: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 3 }),
  givesItemOfConflict: fc.boolean(),
  knowsBatches: fc.boolean(),
  fates: fc.array(fates, { maxLength: 8 }),
  statementFates: fc.array(statementFates, { maxLength: 40 }),
  endless: fc.boolean(),
})

const pastFailures: Scenario[] = [
  // The throttled statement's error hid that the other one's item may be stored.
  {
    count: 2,
    theirs: [],
    givesItemOfConflict: false,
    knowsBatches: true,
    fates: [],
    statementFates: [{ code: 'ThrottlingError' }, { code: 'InternalServerError', wasApplied: true }],
    endless: true,
  },
  // A conflict with an item of our own that could not be read back was called a rejection.
  {
    count: 1,
    theirs: [],
    givesItemOfConflict: false,
    knowsBatches: false,
    fates: [
      { lose: serviceError('ConditionalCheckFailedException', { $metadata: { attempts: 2 } }) },
      { fail: serviceError('AccessDeniedException') },
    ],
    statementFates: [],
    endless: false,
  },
]

test('an outcome never says more than is so, whatever fails, is throttled, or is carried out and its answer lost', async () => {
  await fc.assert(
    fc.asyncProperty(scenarios, async ({ count, theirs, givesItemOfConflict, knowsBatches, ...faults }) => {
      const table = new FakeJournalTable()
      table.givesItemOfConflict = givesItemOfConflict
      for (const num of theirs) table.put(itemOf(num, 'theirs'))
      const nth = <T>(list: readonly T[], index: number): T | undefined =>
        list[faults.endless ? index % Math.max(1, list.length) : index]
      let statements = 0
      table.fateOf = ({ operation }, index) => {
        if (operation === 'BatchExecuteStatement' && !knowsBatches)
          return { fail: serviceError('UnknownOperationException') }
        return nth(faults.fates, index) ?? 'pass'
      }
      table.statementFateOf = () => nth(faults.statementFates, statements++)
      const ours = Array.from({ length: count }, (_, index) => itemOf(index + 1, 'ours'))

      const outcome = await new FencedInserts(makeRequests(table.answer).requests, 'events').insert(ours, options)

      const writers = ours.map((item) => table.writerAt(item))
      if (outcome.conflict !== undefined) expect(outcome.conflict).toMatchObject({ writer_uuid: { S: 'theirs' } })
      else if (outcome.failure === undefined) expect(writers).toEqual(ours.map(() => 'ours'))
      if (!outcome.mayBeStored) expect(writers).not.toContain('ours')
      for (const num of theirs) expect(table.writerAt(itemOf(num, ''))).toBe('theirs')
    }),
    { numRuns: 250, examples: pastFailures.map((scenario) => [scenario]) },
  )
})

test('where every fault passes before the deadline, all items are stored, or a conflict is told', async () => {
  const passing = fc.array(
    fc.constantFrom<Fate>(
      'pass',
      { fail: serviceError('ThrottlingException') },
      { fail: serviceError('TimeoutError') },
      { lose: serviceError('TimeoutError') },
    ),
    { maxLength: 8 },
  )

  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 120 }),
      passing,
      fc.boolean(),
      async (count, theirs, script, givesItem) => {
        const table = new FakeJournalTable()
        table.givesItemOfConflict = givesItem
        table.put(itemOf(theirs, 'theirs'))
        table.fateOf = (_, index) => script[index] ?? 'pass'
        const ours = Array.from({ length: count }, (_, index) => itemOf(index + 1, 'ours'))

        const outcome = await new FencedInserts(makeRequests(table.answer).requests, 'events').insert(ours, options)

        expect(outcome.failure).toBeUndefined()
        expect(outcome.conflict !== undefined).toBe(theirs <= count)
        if (theirs > count) expect(ours.every((item) => table.writerAt(item) === 'ours')).toBe(true)
      },
    ),
  )
})
