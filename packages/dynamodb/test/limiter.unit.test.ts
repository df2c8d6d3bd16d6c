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
    const limiter = new Limiter(2)

    const results = await Promise.all([
      limiter.run('write', undefined, async () => 1),
      limiter.run('snapshot', undefined, async () => 2),
    ])

    expect(results).toEqual([1, 2])
  })

  test('lets writes go before recoveries and these before snapshots, first come first served among equals', async () => {
    const limiter = new Limiter(1)
    const order: string[] = []
    const blocker = new Task()
    const running = [limiter.run('write', undefined, blocker.run)]
    for (const [name, priority] of [
      ['snapshot 1', 'snapshot'],
      ['recovery 1', 'recovery'],
      ['write 1', 'write'],
      ['snapshot 2', 'snapshot'],
      ['write 2', 'write'],
      ['recovery 2', 'recovery'],
    ] as const)
      running.push(limiter.run(priority, undefined, async () => void order.push(name)))

    blocker.finish()
    await Promise.all(running)

    expect(order).toEqual(['write 1', 'write 2', 'recovery 1', 'recovery 2', 'snapshot 1', 'snapshot 2'])
  })

  test('keeps newcomers from taking the slot that a waiter has been given', async () => {
    const limiter = new Limiter(1)
    const [blocker, waiter, newcomer] = [new Task(), new Task(), new Task()]
    const first = limiter.run('write', undefined, blocker.run)
    const waiting = limiter.run('snapshot', undefined, waiter.run)

    blocker.finish()
    await first
    const coming = limiter.run('write', undefined, newcomer.run)
    await settle()

    expect([waiter.isRunning, newcomer.isRunning]).toEqual([true, false])
    waiter.finish()
    await waiting
    await settle()
    newcomer.finish()
    await coming
  })

  test('frees the slot of a task that fails, at once or later', async () => {
    const limiter = new Limiter(1)
    const mistake = new Error('a mistake')
    const later = new Task()

    const throwing = () => {
      throw mistake
    }
    await expect(limiter.run('write', undefined, throwing)).rejects.toBe(mistake)
    const failing = limiter.run('write', undefined, later.run)
    await settle()
    later.fail(mistake)
    await expect(failing).rejects.toBe(mistake)

    expect(await limiter.run('write', undefined, async () => 'runs')).toBe('runs')
  })

  test('gives the reason of an abort to what waits, and never runs it', async () => {
    const limiter = new Limiter(1)
    const [blocker, aborted, next] = [new Task(), new Task(), new Task()]
    const stop = new AbortController()
    const reason = new Error('shutting down')
    const first = limiter.run('write', undefined, blocker.run)
    const waiting = limiter.run('write', stop.signal, aborted.run)
    const behind = limiter.run('write', undefined, next.run)

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
    const limiter = new Limiter(1)
    const stop = new AbortController()
    const task = new Task()
    const running = limiter.run('write', stop.signal, task.run)
    await settle()

    stop.abort()
    task.finish()

    await expect(running).resolves.toBeUndefined()
  })

  test('leaves no listener on a signal that lives long', async () => {
    const limiter = new Limiter(1)
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

    await Promise.all(Array.from({ length: 10 }, () => limiter.run('write', signal, async () => undefined)))

    expect(listeners).toBe(0)
  })
})
