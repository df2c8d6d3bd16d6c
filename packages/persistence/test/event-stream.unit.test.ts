import type { PersistedEvent } from 'nact'
import { eventStream } from '../src/nact/event-stream.js'

const event = (sequenceNumber: number): PersistedEvent => ({
  data: `e${sequenceNumber}`,
  sequenceNumber,
  key: 'k',
  tags: [],
  createdAt: 0,
  isDeleted: false,
})

/** A stream of so many events that records how it is read. */
const streamOf = (count: number) => {
  const seen = { reads: 0, delivered: 0, ended: 0 }
  const stream = eventStream(async function* () {
    seen.reads += 1
    try {
      for (let nr = 1; nr <= count; nr += 1) {
        seen.delivered += 1
        yield event(nr)
      }
    } finally {
      seen.ended += 1
    }
  })
  return { stream, seen }
}

describe('EventStream', () => {
  test('reads nothing before it is used', async () => {
    const { stream, seen } = streamOf(3)
    await new Promise(setImmediate)

    expect(seen.reads).toBe(0)
    await stream
    expect(seen.reads).toBe(1)
  })

  test('gives all events when awaited', async () => {
    const { stream } = streamOf(3)

    expect((await stream).map(({ data }) => data)).toEqual(['e1', 'e2', 'e3'])
  })

  test('starts a read of its own for every use', async () => {
    const { stream, seen } = streamOf(2)
    await stream
    for await (const _ of stream) break
    await stream.reduce((count) => count + 1, 0)

    expect(seen).toMatchObject({ reads: 3, ended: 3 })
  })

  test('reduce hands the settled accumulator and the index to each step, one event at a time', async () => {
    const { stream, seen } = streamOf(3)
    const steps: unknown[] = []

    const result = await stream.reduce<string>(async (previous, { data }, index) => {
      steps.push([previous, index, seen.delivered])
      await new Promise(setImmediate)
      return `${previous}${String(data)}`
    }, Promise.resolve('>'))

    expect(result).toBe('>e1e2e3')
    expect(steps).toEqual([
      ['>', 0, 1],
      ['>e1', 1, 2],
      ['>e1e2', 2, 3],
    ])
  })

  test('reduce stops reading when a step gives undefined', async () => {
    const { stream, seen } = streamOf(5)

    const result = await stream.reduce<number | undefined>(
      async (count, _, index) => (index === 1 ? undefined : (count ?? 0) + 1),
      0,
    )

    expect(result).toBeUndefined()
    expect(seen).toEqual({ reads: 1, delivered: 2, ended: 1 })
  })

  test('reduce takes an initial value of undefined for a value', async () => {
    const { stream } = streamOf(2)

    expect(await stream.reduce<number | undefined>((count) => (count ?? 0) + 1, undefined)).toBe(2)
  })

  test('reduce without an initial value starts with the first event, as an array does', async () => {
    const { stream } = streamOf(3)
    const indexes: number[] = []

    const last = await stream.reduce((_, next, index) => {
      indexes.push(index)
      return next
    })

    expect(last.data).toBe('e3')
    expect(indexes).toEqual([1, 2])
  })

  test('reduce of nothing without an initial value is a TypeError, with one it is that', async () => {
    const { stream } = streamOf(0)

    await expect(stream.reduce((previous) => previous)).rejects.toThrow(TypeError)
    expect(await stream.reduce((previous) => previous, 7)).toBe(7)
  })

  test('reduce rejects with what a step throws, and ends the read', async () => {
    const { stream, seen } = streamOf(3)

    await expect(
      stream.reduce(() => {
        throw new Error('step')
      }, 0),
    ).rejects.toThrow('step')
    expect(seen).toEqual({ reads: 1, delivered: 1, ended: 1 })
  })
})
