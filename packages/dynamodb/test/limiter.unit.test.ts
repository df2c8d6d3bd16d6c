import { rejectionOf } from '../../../tools/test-support/failures.js'
import { DeadlinePassedError, FailedAttempt } from '../src/errors.js'
import { Limiter } from '../src/limiter.js'
import { settle } from './make-requests.js'

/** A task that ends when the test says so. */
class Task {
  isRunning = false
  finish: () => void = () => undefined
  fail: (reason: Error) => void = () => undefined
  readonly run = (): Promise<void> => {
    this.isRunning = true
    return new Promise((resolve, reject) => {
      this.finish = resolve
      this.fail = reject
    })
  }
}

describe('a limiter', () => {
  test('runs tasks at once while slots are free, and gives their result', async () => {
    const limiter = new Limiter({ slots: 2, maxQueued: 100 })

    const results = await Promise.all([
      limiter.run({ priority: 'write' }, async () => 1),
      limiter.run({ priority: 'snapshot' }, async () => 2),
    ])

    expect(results).toEqual([1, 2])
  })

  test('lets writes go before recoveries and these before snapshots, first come first served among equals', async () => {
    const limiter = new Limiter({ slots: 1, maxQueued: 100 })
    const order: string[] = []
    const blocker = new Task()
    const running = [limiter.run({ priority: 'write' }, blocker.run)]
    for (const [name, priority] of [
      ['snapshot 1', 'snapshot'],
      ['recovery 1', 'recovery'],
      ['write 1', 'write'],
      ['snapshot 2', 'snapshot'],
      ['write 2', 'write'],
      ['recovery 2', 'recovery'],
    ] as const)
      running.push(limiter.run({ priority }, async () => void order.push(name)))

    blocker.finish()
    await Promise.all(running)

    expect(order).toEqual(['write 1', 'write 2', 'recovery 1', 'recovery 2', 'snapshot 1', 'snapshot 2'])
  })

  test('lets nobody wait longer than it wants to, and the others go on', async () => {
    const limiter = new Limiter({ slots: 1, maxQueued: 100 })
    const [blocker, patientTask] = [new Task(), new Task()]
    const first = limiter.run({ priority: 'write' }, blocker.run)
    const patient = limiter.run({ priority: 'feed' }, patientTask.run, 600_000)
    const impatient = [30, 20, 10].map((ms) =>
      rejectionOf(limiter.run({ priority: 'feed' }, async () => expect(ms).toBeNaN(), ms)),
    )

    const errors = await Promise.all(impatient)

    for (const error of errors) {
      expect(error).toBeInstanceOf(FailedAttempt)
      expect((error as Error).cause).toBeInstanceOf(DeadlinePassedError)
    }
    expect(limiter.depth).toBe(1)
    blocker.finish()
    await first
    await settle()
    expect(patientTask.isRunning).toBe(true)
    patientTask.finish()
    await patient
  })

  test('keeps newcomers from taking the slot that a waiter has been given', async () => {
    const limiter = new Limiter({ slots: 1, maxQueued: 100 })
    const [blocker, waiter, newcomer] = [new Task(), new Task(), new Task()]
    const first = limiter.run({ priority: 'write' }, blocker.run)
    const waiting = limiter.run({ priority: 'snapshot' }, waiter.run)

    blocker.finish()
    await first
    const coming = limiter.run({ priority: 'write' }, newcomer.run)
    await settle()

    expect([waiter.isRunning, newcomer.isRunning]).toEqual([true, false])
    waiter.finish()
    await waiting
    await settle()
    newcomer.finish()
    await coming
  })

  test('frees the slot of a task that fails, at once or later', async () => {
    const limiter = new Limiter({ slots: 1, maxQueued: 100 })
    const mistake = new Error('a mistake')
    const later = new Task()

    const throwing = () => {
      throw mistake
    }
    await expect(limiter.run({ priority: 'write' }, throwing)).rejects.toBe(mistake)
    const failing = limiter.run({ priority: 'write' }, later.run)
    await settle()
    later.fail(mistake)
    await expect(failing).rejects.toBe(mistake)

    expect(await limiter.run({ priority: 'write' }, async () => 'runs')).toBe('runs')
  })

  test('gives the reason of an abort to what waits, and never runs it', async () => {
    const limiter = new Limiter({ slots: 1, maxQueued: 100 })
    const [blocker, aborted, next] = [new Task(), new Task(), new Task()]
    const stop = new AbortController()
    const reason = new Error('shutting down')
    const first = limiter.run({ priority: 'write' }, blocker.run)
    const waiting = limiter.run({ priority: 'write', signal: stop.signal }, aborted.run)
    const behind = limiter.run({ priority: 'write' }, next.run)

    stop.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    blocker.finish()
    await first
    await settle()

    expect([aborted.isRunning, next.isRunning]).toEqual([false, true])
    next.finish()
    await behind
  })

  test('does not look at the signal any more once a task runs: that is the task’s own affair', async () => {
    const limiter = new Limiter({ slots: 1, maxQueued: 100 })
    const stop = new AbortController()
    const task = new Task()
    const running = limiter.run({ priority: 'write', signal: stop.signal }, task.run)
    await settle()

    stop.abort()
    task.finish()

    await expect(running).resolves.toBeUndefined()
  })

  test('leaves no listener on a signal that lives long', async () => {
    const limiter = new Limiter({ slots: 1, maxQueued: 100 })
    const { signal } = new AbortController()
    let listeners = 0
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)]
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--
      remove(...args)
    }

    await Promise.all(
      Array.from({ length: 10 }, () => limiter.run({ priority: 'write', signal }, async () => undefined)),
    )

    expect(listeners).toBe(0)
  })
})

describe('fairness', () => {
  test('ids of one priority take turns, however many tasks one has', async () => {
    const limiter = new Limiter({ slots: 1, maxQueued: 100 })
    const order: string[] = []
    const blocker = new Task()
    const running = [limiter.run({ priority: 'write' }, blocker.run)]
    const add = (persistenceId: string | undefined, name: string) =>
      running.push(limiter.run({ priority: 'write', persistenceId }, async () => void order.push(name)))
    for (const name of ['a1', 'a2', 'a3']) add('a', name)
    for (const name of ['b1', 'b2']) add('b', name)
    add(undefined, 'x')
    add(undefined, 'y')

    blocker.finish()
    await Promise.all(running)

    expect(order).toEqual(['a1', 'b1', 'x', 'y', 'a2', 'b2', 'a3'])
  })

  test('one that stops waiting does not cost its id the turn', async () => {
    const limiter = new Limiter({ slots: 1, maxQueued: 100 })
    const order: string[] = []
    const blocker = new Task()
    const stop = new AbortController()
    const running = [limiter.run({ priority: 'write' }, blocker.run)]
    const aborted = limiter.run({ priority: 'write', persistenceId: 'a', signal: stop.signal }, async () => {})
    for (const [persistenceId, name] of [
      ['b', 'b1'],
      ['a', 'a2'],
    ] as const)
      running.push(limiter.run({ priority: 'write', persistenceId }, async () => void order.push(name)))

    stop.abort('enough')
    await expect(aborted).rejects.toBe('enough')
    blocker.finish()
    await Promise.all(running)

    expect(order.sort()).toEqual(['a2', 'b1'])
  })
})

describe('a queue that is full', () => {
  test('refuses at once what comes then, and takes more when there is room', async () => {
    const limiter = new Limiter({ slots: 1, maxQueued: 1 })
    const blocker = new Task()
    const first = limiter.run({ priority: 'write' }, blocker.run)
    const second = limiter.run({ priority: 'write' }, async () => 'second')

    await expect(limiter.run({ priority: 'write' }, async () => 'third')).rejects.toMatchObject({
      cause: { message: '1 requests are waiting for a connection already' },
    })
    blocker.finish()
    await first
    expect(await second).toBe('second')
    expect(await limiter.run({ priority: 'write' }, async () => 'fourth')).toBe('fourth')
  })

  test('tells how many wait, and how long the first of them has', async () => {
    let nowMs = 0
    const limiter = new Limiter({ slots: 1, maxQueued: 10, now: () => nowMs })
    const blocker = new Task()
    const running = [limiter.run({ priority: 'write' }, blocker.run)]
    expect([limiter.depth, limiter.oldestMs]).toEqual([0, 0])

    running.push(limiter.run({ priority: 'snapshot' }, async () => {}))
    nowMs = 30
    running.push(limiter.run({ priority: 'write' }, async () => {}))
    nowMs = 40

    expect([limiter.depth, limiter.oldestMs]).toEqual([2, 40])
    blocker.finish()
    await Promise.all(running)
    expect([limiter.depth, limiter.oldestMs]).toEqual([0, 0])
  })
})

describe('an overloaded service', () => {
  test('is given less and less, but always something, and all again when it succeeds', async () => {
    let nowMs = 0
    const limiter = new Limiter({ slots: 10, maxQueued: 100, now: () => nowMs })

    const after: number[] = []
    for (let count = 0; count < 12; count++) {
      nowMs += 1_000
      limiter.overloaded()
      after.push(limiter.usable)
    }
    expect(after.slice(0, 3)).toEqual([7, 4, 3])
    expect(after.at(-1)).toBe(1)

    for (let count = 0; count < 100; count++) limiter.succeeded()
    expect(limiter.usable).toBe(10)
  })

  test('that refuses what was sent together is blamed once', () => {
    let nowMs = 0
    const limiter = new Limiter({ slots: 10, maxQueued: 100, now: () => nowMs })
    for (let count = 0; count < 10; count++) limiter.overloaded()
    expect(limiter.usable).toBe(7)

    nowMs = 100
    limiter.overloaded()

    expect(limiter.usable).toBe(4)
  })

  test('gets no new task before so many have ended as it can not take any more', async () => {
    const limiter = new Limiter({ slots: 2, maxQueued: 100 })
    const [first, second, third] = [new Task(), new Task(), new Task()]
    const running = [first, second, third].map((task) => limiter.run({ priority: 'write' }, task.run))
    limiter.overloaded()

    first.finish()
    await settle()
    expect(third.isRunning).toBe(false)
    second.finish()
    await settle()

    expect(third.isRunning).toBe(true)
    third.finish()
    await Promise.all(running)
  })

  test('shares the wider bounds of those who share the limiter', async () => {
    const limiter = new Limiter({ slots: 1, maxQueued: 1 })
    const [first, second] = [new Task(), new Task()]
    const running = [first, second].map((task) => limiter.run({ priority: 'write' }, task.run))
    expect(second.isRunning).toBe(false)

    limiter.widen({ slots: 2, maxQueued: 1 })
    await settle()

    expect(second.isRunning).toBe(true)
    for (const task of [first, second]) task.finish()
    await Promise.all(running)
  })
})
