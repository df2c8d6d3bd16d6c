// @ts-check
// A history far larger than memory should hold: flat memory, a free event loop, and a time that grows as the history does.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { historyId } from '../endpoints/stub-server.js'
import { spread } from '../framework/rounds.js'
import { showMedian } from '../framework/row.js'

/** @import { Row } from '../framework/row.js' */
/** @import { DynamoDBJournal } from '@dynact/journal-dynamodb' */

const SAMPLES = 20

/** The heap that is in use after a collection, in MB. */
const liveHeap = () => {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed / 1e6
}

/** @param {DynamoDBJournal} journal @param {number} events */
const measure = async (journal, events) => {
  const heapBefore = liveHeap()
  const heaps = []
  const every = Math.ceil(events / SAMPLES)
  const delays = monitorEventLoopDelay({ resolution: 1 })
  let collectedMs = 0
  let count = 0
  delays.enable()
  const start = performance.now()
  for await (const _ of journal.replayEvents(historyId(events))) {
    if (++count % every > 0) continue
    // Looking at the heap stops everything, which is not the replay's doing.
    delays.disable()
    const collecting = performance.now()
    heaps.push(liveHeap())
    collectedMs += performance.now() - collecting
    delays.enable()
  }
  const ms = performance.now() - start - collectedMs
  delays.disable()
  if (count !== events) throw new Error(`${count} events were replayed instead of ${events}`)
  return { ms, growth: Math.max(...heaps) - heapBefore, delayMs: delays.percentile(99) / 1e6 - 1 }
}

/** @type {import('../framework/row.js').Bench} */
export const replay = {
  name: 'replay',
  about:
    'The replay of a very long history, from the stub, in one go. Heap: the most that was alive at 20 places on the way, less what was alive before.',
  run: async (lab) => {
    const stub = await lab.stub()
    const [few, many] = [lab.size(100_000, 1_000), lab.size(1_000_000, 5_000)]
    return lab.withJournal(stub, 'events', {}, async (journal) => {
      await measure(journal, few) // warms up
      const [before, long, after] = [
        await measure(journal, few),
        await measure(journal, many),
        await measure(journal, few),
      ]
      const work = `replay of ${many.toLocaleString('en')} events`
      const perEvent = [before, after].map(({ ms }) => long.ms / many / (ms / few))
      const common = { endpoint: stub.name }
      return /** @type {Row[]} */ ([
        {
          ...common,
          work: `${work}: heap growth`,
          against: '',
          target: { atMost: 32 },
          unit: ' MB',
          figure: spread([long.growth]),
          detail: `${(few / 1000).toFixed(0)} thousand events: ${showMedian(spread([before.growth, after.growth]))} MB`,
        },
        {
          ...common,
          work: `${work}: loop delay, p99`,
          against: '',
          target: { atMost: 20 },
          unit: ' ms',
          figure: spread([Math.max(0, long.delayMs)]),
        },
        {
          ...common,
          work: `${work}: time per event`,
          against: `the same of ${few.toLocaleString('en')}, before and after`,
          target: { atMost: 1.15 },
          figure: spread(perEvent),
          detail: `${Math.round((many / long.ms) * 1000).toLocaleString('en')} events/s`,
        },
      ])
    })
  },
}
