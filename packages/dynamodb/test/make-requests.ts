import { Limiter } from '../src/limiter.js'
import type { RequestWatcher } from '../src/request-watcher.js'
import { type RequestOptions, Requests } from '../src/requests.js'
import type { RetryOptions } from '../src/retry.js'
import { FakeTiming, patient } from './fake-timing.js'
import { type Answer, FakeTransport } from './fake-transport.js'

/** Requests on a transport and a clock that the test holds. */
export const makeRequests = (
  answer: Answer,
  {
    retry = {},
    slots = 100,
    maxQueued = 1_000,
    watcher,
  }: { retry?: Partial<RetryOptions>; slots?: number; maxQueued?: number; watcher?: RequestWatcher } = {},
) => {
  const transport = new FakeTransport(answer)
  const timing = new FakeTiming()
  const requests = new Requests({
    transport,
    limiter: new Limiter({ slots, maxQueued }),
    retry: { ...patient, ...retry },
    timing,
    watcher,
  })
  return { transport, timing, requests }
}

/** What the requests of the tests are for. */
export const options: RequestOptions = {
  priority: 'write',
  purpose: 'orders-7: storing event 3',
  persistenceId: 'orders-7',
  sequenceNr: 3,
}

/** Lets every promise that can settle do so. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
