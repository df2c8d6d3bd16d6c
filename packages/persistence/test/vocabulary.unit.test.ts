import {
  checkAtomicWrite,
  checkPersistenceId,
  FencedError,
  ItemTooLargeError,
  isPersistenceError,
  MonotonicTimestamps,
  PersistenceError,
  type PersistentRepr,
  parseConfig,
  SerializationError,
  WriteRejectedError,
} from '@dynact/persistence'
import { z } from 'zod'

const repr = (sequenceNr: number, changes: Partial<PersistentRepr> = {}): PersistentRepr => ({
  persistenceId: 'orders-7',
  sequenceNr,
  payload: 'x',
  manifest: '',
  writerUuid: 'w',
  timestamp: 1,
  tags: [],
  ...changes,
})

describe('errors', () => {
  test('carry their facts, a permanent code and their cause', () => {
    const cause = new Error('why')
    const error = new ItemTooLargeError('too large', {
      persistenceId: 'orders-7',
      sequenceNr: 3,
      sizeBytes: 2,
      limitBytes: 1,
      cause,
    })

    expect(error).toBeInstanceOf(WriteRejectedError)
    expect(error).toBeInstanceOf(PersistenceError)
    expect(error).toMatchObject({
      name: 'ItemTooLargeError',
      code: 'ITEM_TOO_LARGE',
      persistenceId: 'orders-7',
      sequenceNr: 3,
      sizeBytes: 2,
      limitBytes: 1,
      cause,
    })
    expect(new FencedError('no', { writerUuid: 'other' })).toMatchObject({ code: 'FENCED', writerUuid: 'other' })
    expect('cause' in new PersistenceError('none')).toBe(false)
    expect(new SerializationError('no', {}).serializerManifest).toBe('')
  })

  test('are recognized by their shape, across duplicate installs', () => {
    const twin = Object.assign(new Error('twin'), { code: 'FENCED', persistenceId: 'a', sequenceNr: undefined })

    expect([new PersistenceError('x'), twin].map(isPersistenceError)).toEqual([true, true])
    expect([new Error('x'), { code: 'FENCED' }, undefined].map(isPersistenceError)).toEqual([false, false, false])
  })
})

describe('parseConfig', () => {
  const schema = z.strictObject({ table: z.string().default('t'), shards: z.number().int().optional() })

  test('fills in defaults and freezes', () => {
    const config = parseConfig(schema, {}, 'journal')

    expect(config).toEqual({ table: 't' })
    expect(Object.isFrozen(config)).toBe(true)
  })

  test('names every mistake at once', () => {
    expect(() => parseConfig(schema, { table: 1, shards: 0.5, tabel: 't' }, 'journal')).toThrow(
      expect.objectContaining({
        code: 'CONFIG',
        message: expect.stringMatching(/^journal(?=.*table)(?=.*shards)(?=.*tabel)/s),
      }),
    )
  })
})

describe('MonotonicTimestamps', () => {
  test('follow the clock, and never stand still or go back', () => {
    let now = 1_000
    const timestamps = new MonotonicTimestamps(() => now)
    const first = timestamps.next()
    const second = timestamps.next()
    now = 500
    const third = timestamps.next()
    now = 2_000

    expect([first, second, third, timestamps.next()]).toEqual([1_000, 1_000.001, 1_000.002, 2_000])
  })

  test('come after what was observed', () => {
    const timestamps = new MonotonicTimestamps(() => 1_000)
    timestamps.observe(5_000.5)
    timestamps.observe(3)

    expect(timestamps.next()).toBe(5_000.501)
  })
})

describe('validation', () => {
  test.each([[''], [' '], ['\t\n'], [undefined], [null], [7], [{}]])('refuses the persistenceId %p', (id) => {
    expect(() => checkPersistenceId(id)).toThrow(PersistenceError)
  })

  test('takes any other string', () => {
    expect(() => checkPersistenceId(' orders-7 ')).not.toThrow()
  })

  test.each<[string, PersistentRepr[]]>([
    ['no events', []],
    ['events of another id', [repr(1, { persistenceId: 'other' })]],
    ['the number 0', [repr(0)]],
    ['a fraction', [repr(1.5)]],
    ['a number beyond 2^53 - 1', [repr(2 ** 53)]],
    ['a gap', [repr(1), repr(3)]],
    ['a repetition', [repr(1), repr(1)]],
    ['two writers', [repr(1), repr(2, { writerUuid: 'v' })]],
  ])('refuses an atomic write with %s', (_, events) => {
    expect(() => checkAtomicWrite({ persistenceId: 'orders-7', events })).toThrow(
      expect.objectContaining({ code: 'WRITE_REJECTED', message: expect.stringContaining('Nothing was written') }),
    )
  })

  test('takes contiguous events from any number on', () => {
    expect(() => checkAtomicWrite({ persistenceId: 'orders-7', events: [repr(7), repr(8), repr(9)] })).not.toThrow()
  })
})
