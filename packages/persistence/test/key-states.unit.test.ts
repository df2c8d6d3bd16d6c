import { WriteUncertainError } from '@dynact/persistence'
import { deferred } from '../../../tools/test-support/deferred.js'
import { KeyStates } from '../src/nact/key-states.js'

const event = (key: string, createdAt = 1_000) => ({
  key,
  sequenceNumber: 1,
  data: 'x',
  tags: [],
  createdAt,
  isDeleted: false,
})
const write = async () => {}
const fill = (states: KeyStates, count: number) => {
  for (let nr = 0; nr < count; nr += 1) states.use(`filler-${nr}`)
}

describe('KeyStates', () => {
  test('forgets the keys unused for longest', () => {
    const states = new KeyStates(write, { maxIdle: 3 })
    for (const key of ['a', 'b', 'c', 'a', 'd']) states.use(key)

    expect(states.size).toBe(3)
    expect(states.peek('b')).toBeUndefined()
    expect(states.peek('a')).toBeDefined()
  })

  test('stays within its bound, whatever comes', () => {
    const states = new KeyStates(write, { maxIdle: 10 })
    fill(states, 1_000)

    expect(states.size).toBe(10)
  })

  test('remembers a key whose write failed until it has recovered', async () => {
    const states = new KeyStates(() => Promise.reject(new WriteUncertainError('lost')), { maxIdle: 3 })
    const state = states.use('a')
    await state.queue.add([state.toRepr(event('a'))]).catch(() => {})
    fill(states, 20)
    expect(states.peek('a')).toBe(state)

    state.recoveryEnds(0)
    fill(states, 20)

    expect(states.peek('a')).toBeUndefined()
  })

  test('remembers a key that is being written or read', async () => {
    const go = deferred()
    const states = new KeyStates(() => go.promise, { maxIdle: 3 })
    const writing = states.use('w')
    const written = writing.queue.add([writing.toRepr(event('w'))])
    states.use('r').reads += 1
    fill(states, 20)

    expect(states.peek('w')).toBe(writing)
    expect(states.peek('r')).toBeDefined()
    go.resolve()
    await written
  })

  test('never stamps a key it has forgotten earlier than before', () => {
    const states = new KeyStates(write, { maxIdle: 2 })
    const before = states.use('a').toRepr(event('a', 5_000)).timestamp
    fill(states, 5)
    expect(states.peek('a')).toBeUndefined()

    expect(states.use('a').toRepr(event('a', 4_000)).timestamp).toBeGreaterThan(before)
  })

  test('remembers a key whose events are stamped ahead of the clock, and keeps others out of the future', () => {
    const states = new KeyStates(write, { maxIdle: 2 })
    const future = Date.now() + 60_000
    states.use('a').toRepr(event('a', future))
    fill(states, 5)

    expect(states.use('a').toRepr(event('a', 1)).timestamp).toBeGreaterThan(future)
    expect(states.use('b').toRepr(event('b', Date.now())).timestamp).toBeLessThan(future)
  })
})
