import fc from 'fast-check'
import { Limiter, type Priority } from '../src/limiter.js'
import { settle } from './make-requests.js'

const PRIORITIES: readonly Priority[] = ['write', 'recovery', 'snapshot', 'feed']

/** One task in the limiter and in the model. */
class Job {
  readonly id: number
  readonly priority: Priority
  readonly stop = new AbortController()
  /** Set when the limiter runs the task. */
  end: ((outcome: 'success' | 'failure') => void) | undefined
  /** How it ended: success, failure or aborted. */
  settled: Promise<string> = Promise.resolve('not begun')

  constructor(id: number, priority: Priority) {
    this.id = id
    this.priority = priority
  }

  runIn(limiter: Limiter): void {
    const task = () =>
      new Promise<string>((resolve, reject) => {
        this.end = (outcome) => (outcome === 'success' ? resolve(outcome) : reject(new Error(outcome)))
      })
    this.settled = limiter
      .run({ priority: this.priority, signal: this.stop.signal }, task)
      .catch((error: Error) => error.message)
  }
}

/** What the limiter should do, in the simplest words. */
class Model {
  running: Job[] = []
  waiting: Job[] = []
  readonly #slots: number
  constructor(slots: number) {
    this.#slots = slots
  }

  admit(): void {
    for (const priority of PRIORITIES) {
      for (const job of this.waiting.filter((waiter) => waiter.priority === priority)) {
        if (this.running.length === this.#slots) return
        this.remove(job)
        this.running.push(job)
      }
    }
  }

  remove(job: Job): void {
    this.running = this.running.filter((other) => other !== job)
    this.waiting = this.waiting.filter((other) => other !== job)
  }
}

type Step =
  | { readonly do: 'run'; readonly priority: Priority }
  | { readonly do: 'end' | 'fail' | 'abort'; readonly which: number }

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...PRIORITIES).map((priority) => ({ do: 'run', priority }) as const) },
    { weight: 2, arbitrary: fc.nat().map((which) => ({ do: 'end', which }) as const) },
    { weight: 1, arbitrary: fc.nat().map((which) => ({ do: 'fail', which }) as const) },
    { weight: 1, arbitrary: fc.nat().map((which) => ({ do: 'abort', which }) as const) },
  ),
  { maxLength: 60 },
)

const idsOf = (jobs: readonly Job[]) => jobs.map(({ id }) => id).sort((a, b) => a - b)

test('whatever comes, ends, fails and aborts: as many run as there are slots, the right ones, and no slot is lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), steps, async (slots, todo) => {
      const limiter = new Limiter({ slots, maxQueued: 100 })
      const model = new Model(slots)
      const jobs: Job[] = []
      const start = (priority: Priority): void => {
        const job = new Job(jobs.length, priority)
        jobs.push(job)
        model.waiting.push(job)
        job.runIn(limiter)
      }
      const finish = async (job: Job | undefined, outcome: 'success' | 'failure'): Promise<void> => {
        if (job === undefined) return
        job.end?.(outcome)
        model.remove(job)
        expect(await job.settled).toBe(outcome)
      }

      for (const step of todo) {
        if (step.do === 'run') start(step.priority)
        else if (step.do === 'abort') {
          const job = model.waiting[step.which % Math.max(1, model.waiting.length)]
          if (job === undefined) continue
          job.stop.abort(new Error('aborted'))
          model.remove(job)
          expect(await job.settled).toBe('aborted')
        } else
          await finish(
            model.running[step.which % Math.max(1, model.running.length)],
            step.do === 'end' ? 'success' : 'failure',
          )
        model.admit()
        await settle()
        const unfinished = jobs.filter((job) => model.running.includes(job) || model.waiting.includes(job))
        expect(idsOf(unfinished.filter(({ end }) => end !== undefined))).toEqual(idsOf(model.running))
      }

      while (model.running.length > 0) {
        await finish(model.running[0], 'success')
        model.admit()
        await settle()
      }
      expect(model.waiting).toEqual([])
    }),
    { numRuns: 200 },
  )
})
