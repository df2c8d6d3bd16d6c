import {
  configurePersistence,
  type PersistenceEngine,
  persistenceEngine,
  persistenceEngines,
} from '@dynact/persistence'
import { inMemoryJournal, inMemorySnapshotStore } from '@dynact/testkit'
import * as nact from 'nact'
import { hookedSnapshotStore } from '../../../tools/test-support/hooked-stores.js'
import { engineOfSystem } from '../src/nact/engine-of-system.js'
import { watchUnhandled } from './spawn-persistent-harness.js'

const loads: string[] = []
const makeEngine = () =>
  persistenceEngine({
    journal: inMemoryJournal(),
    snapshotStore: hookedSnapshotStore(inMemorySnapshotStore(), { beforeLoad: (id) => void loads.push(id) }),
  })
const system = (...plugins: nact.Plugin[]) => nact.start(...plugins)
const missing = expect.objectContaining({
  code: 'CONFIG',
  message: expect.stringContaining('start(configurePersistence(persistenceEngine({ journal })))'),
})

beforeEach(() => {
  loads.length = 0
})

describe('engineOfSystem', () => {
  test('finds the engine, from the system and from any actor in it', () => {
    const engine = makeEngine()
    const root = system(configurePersistence(engine))
    const actor = nact.spawn(root, () => {}, 'parent')

    expect(engineOfSystem(root)).toBe(engine)
    expect(engineOfSystem(actor)).toBe(engine)
  })

  test("finds it also if nact's own configurePersistence was used", () => {
    const engine = makeEngine()

    expect(engineOfSystem(system(nact.configurePersistence(engine)))).toBe(engine)
  })

  test('finds all engines, not only the default one', () => {
    const engines = persistenceEngines({ default: makeEngine(), audit: makeEngine() })

    expect(engineOfSystem(system(configurePersistence(engines)))).toBe(engines)
  })

  test('tells systems apart', () => {
    const [one, two] = [makeEngine(), makeEngine()]
    const [first, second] = [system(configurePersistence(one)), system(configurePersistence(two))]

    expect([engineOfSystem(first), engineOfSystem(second), engineOfSystem(first)]).toEqual([one, two, one])
  })

  test('reads nothing, and leaves no rejection behind', async () => {
    const unhandled = watchUnhandled()

    engineOfSystem(system(configurePersistence(makeEngine())))

    expect(await unhandled()).toEqual([])
    expect(loads).toEqual([])
  })

  test('says what to call where there is no engine', async () => {
    const unhandled = watchUnhandled()

    expect(() => engineOfSystem(system())).toThrow(missing)
    expect(await unhandled()).toEqual([])
  })

  test.each([
    ['answers', () => Promise.resolve(undefined)],
    ['rejects', () => Promise.reject(new Error('foreign'))],
    [
      'throws',
      () => {
        throw new Error('foreign')
      },
    ],
  ])('says what to call where the engine is not ours and %s', async (_, latestSnapshot) => {
    const unhandled = watchUnhandled()
    const foreign = { latestSnapshot, events: () => [], persist: () => {}, takeSnapshot: () => {} }
    const root = system(nact.configurePersistence(foreign as unknown as PersistenceEngine))

    expect(() => engineOfSystem(root)).toThrow(missing)
    expect(await unhandled()).toEqual([])
  })

  test("a parent that has stopped is nact's own error", () => {
    const root = system(configurePersistence(makeEngine()))
    const actor = nact.spawn(root, () => {}, 'parent')
    nact.stop(actor)

    expect(() => engineOfSystem(actor)).toThrow('Actor has stopped or never even existed')
  })
})

describe('configurePersistence', () => {
  test.each([[undefined], [null], [0], ['engine'], [{}], [inMemoryJournal()], [{ journal: inMemoryJournal() }]])(
    'refuses %p',
    (engine) => {
      expect(() => configurePersistence(engine as unknown as PersistenceEngine)).toThrow(
        expect.objectContaining({ code: 'CONFIG', message: expect.stringContaining('persistenceEngine(') }),
      )
    },
  )
})
