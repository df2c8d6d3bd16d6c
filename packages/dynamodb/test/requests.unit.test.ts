import { rejectionOf } from '../../../tools/test-support/failures.js'
import { RequestFailedError } from '../src/errors.js'
import { hangs, serviceError } from './fake-transport.js'
import { makeRequests, options, settle } from './make-requests.js'

const input = { TableName: 'events', Key: {} }

describe('a request that succeeds', () => {
  test('is sent once, and its answer comes back', async () => {
    const { requests, transport, timing } = makeRequests(() => ({ Item: { par: { S: 'x' } } }))

    expect(await requests.send('GetItem', input, options)).toEqual({ Item: { par: { S: 'x' } } })
    expect(transport.sent).toMatchObject([{ operation: 'GetItem', input }])
    expect(timing.pauses).toEqual([])
  })
})

describe('a request that fails in a way that passes', () => {
  test.each(['ThrottlingException', 'InternalServerError', 'TimeoutError', 'SomethingNew'])(
    '%s is sent again',
    async (name) => {
      const { requests, transport } = makeRequests((_, index) => {
        if (index < 3) throw serviceError(name)
        return { Item: {} }
      })

      expect(await requests.send('GetItem', input, options)).toEqual({ Item: {} })
      expect(transport.sent).toHaveLength(4)
    },
  )

  test('pauses longer from one attempt to the next, up to the bound', async () => {
    const { requests, timing } = makeRequests((_, index) => {
      if (index < 6) throw serviceError('ThrottlingException')
      return {}
    })

    await requests.send('GetItem', input, options)

    expect(timing.pauses).toEqual([10, 20, 40, 80, 80, 80])
  })

  test('pauses as long as chance says', async () => {
    const { requests, timing } = makeRequests((_, index) => {
      if (index < 3) throw serviceError('ThrottlingException')
      return {}
    })
    timing.chance = 0.25

    await requests.send('GetItem', input, options)

    expect(timing.pauses).toEqual([2.5, 5, 10])
  })

  test('fails at the deadline, and no attempt starts when less than half of its time is left', async () => {
    const startedAt: number[] = []
    const made = makeRequests(
      () => {
        startedAt.push(made.timing.nowMs)
        throw serviceError('ThrottlingException')
      },
      { retry: { attemptMs: 200 } },
    )

    const error = await rejectionOf(made.requests.send('GetItem', input, options))

    expect(error).toBeInstanceOf(RequestFailedError)
    expect(Math.max(...startedAt)).toBeLessThanOrEqual(900)
    expect(Math.max(...startedAt)).toBeGreaterThan(820)
    expect(error).toMatchObject({ attempts: startedAt.length, failure: { reason: 'throttled', applied: 'no' } })
  })

  test('does not pause beyond the deadline before it fails', async () => {
    const { requests, timing } = makeRequests(() => {
      timing.nowMs += 995
      throw serviceError('ThrottlingException')
    })

    const error = await rejectionOf(requests.send('GetItem', input, options))

    expect(error).toMatchObject({ attempts: 1 })
    expect(timing.pauses).toEqual([])
  })
})

describe('a refusal', () => {
  test.each([
    'ValidationException',
    'AccessDeniedException',
    'ResourceNotFoundException',
    'ConditionalCheckFailedException',
  ])('%s is not sent again', async (name) => {
    const refusal = serviceError(name)
    const { requests, transport } = makeRequests(() => {
      throw refusal
    })

    const error = await rejectionOf(requests.send('GetItem', input, options))

    expect(transport.sent).toHaveLength(1)
    expect(error).toBeInstanceOf(RequestFailedError)
    expect(error).toMatchObject({ attempts: 1, cause: refusal, failure: { applied: 'no', retryable: false } })
  })

  test('names what was done for whom, the error’s first line, and what to do', async () => {
    const { requests } = makeRequests(() => {
      throw Object.assign(serviceError('AccessDeniedException'), { message: 'not for you\nat line 2' })
    })

    const error = await rejectionOf(requests.send('GetItem', input, options))

    expect(error).toMatchObject({
      code: 'PERSISTENCE',
      persistenceId: 'orders-7',
      sequenceNr: 3,
      message:
        'orders-7: storing event 3 failed with AccessDeniedException: not for you. Check the AWS credentials and their permissions.',
    })
  })

  test('after other attempts says how many', async () => {
    const { requests } = makeRequests((_, index) => {
      throw serviceError(index < 2 ? 'ThrottlingException' : 'AccessDeniedException')
    })

    const error = await rejectionOf(requests.send('GetItem', input, options))

    expect(error).toMatchObject({
      attempts: 3,
      message: expect.stringContaining('failed 3 times, the last time with AccessDeniedException'),
    })
  })

  test('of every address of a host names them', async () => {
    const refusals = [new Error('connect ECONNREFUSED ::1'), new Error('connect ECONNREFUSED 127.0.0.1')]
    const { requests } = makeRequests(
      () => {
        throw Object.assign(new AggregateError(refusals), { code: 'ECONNREFUSED' })
      },
      { retry: { totalMs: 5 } },
    )

    const error = await rejectionOf(requests.send('GetItem', input, options))

    expect((error as Error).message).toContain('ECONNREFUSED ::1, Error: connect ECONNREFUSED 127.0.0.1')
    expect(error).toMatchObject({ failure: { reason: 'not-sent', applied: 'no' } })
  })
})

describe('whether it may have been carried out', () => {
  const outcomeOf = async (names: readonly string[]) => {
    const { requests } = makeRequests((_, index) => {
      throw serviceError(names[Math.min(index, names.length - 1)] ?? '')
    })
    const error = await rejectionOf(requests.send('PutItem', { TableName: 'events', Item: {} }, options))
    return (error as RequestFailedError).failure.applied
  }

  test.each<[string, readonly string[], 'no' | 'unknown']>([
    ['not if every attempt was throttled', ['ThrottlingException'], 'no'],
    ['not if it was refused', ['ValidationException'], 'no'],
    ['not if it was refused after throttling', ['ThrottlingException', 'AccessDeniedException'], 'no'],
    ['nobody knows after a time-out', ['TimeoutError'], 'unknown'],
    [
      'nobody knows if the first attempt timed out and the next was refused',
      ['TimeoutError', 'AccessDeniedException'],
      'unknown',
    ],
    [
      'nobody knows if one in the middle failed at the server',
      ['ThrottlingException', 'InternalServerError', 'ThrottlingException'],
      'unknown',
    ],
    [
      'nobody knows if the last one is of an unknown kind',
      ['ThrottlingException', 'ThrottlingException', 'NeverSeen'],
      'unknown',
    ],
  ])('%s', async (_, names, applied) => {
    expect(await outcomeOf(names)).toBe(applied)
  })
})

describe('work of several requests', () => {
  test('runs again as a whole, and may narrow down what is left', async () => {
    const { requests, transport } = makeRequests((_, index) => {
      if (index === 1) throw serviceError('ThrottlingException')
      return {}
    })
    const left = [1, 2]

    const result = await requests.retrying(async ({ send }) => {
      while (left.length > 0) {
        await send('GetItem', input)
        left.pop()
      }
      return 'done'
    }, options)

    expect(result).toBe('done')
    expect(transport.sent).toHaveLength(3)
  })

  test('that throws an error of its own is not run again, and the error comes out as it is', async () => {
    const { requests, transport } = makeRequests(() => ({}))
    const mistake = new TypeError('a mistake in the code')

    const error = await rejectionOf(
      requests.retrying(async ({ send }) => {
        await send('GetItem', input)
        throw mistake
      }, options),
    )

    expect(error).toBe(mistake)
    expect(transport.sent).toHaveLength(1)
  })
})

describe('an abort', () => {
  const reason = new Error('shutting down')

  test('before it begins: nothing is sent', async () => {
    const { requests, transport } = makeRequests(() => ({}))

    await expect(requests.send('GetItem', input, { ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    )
    expect(transport.sent).toEqual([])
  })

  test('during an attempt stops the attempt, and is not retried', async () => {
    const stop = new AbortController()
    const { requests, transport } = makeRequests(hangs, { retry: { totalMs: 60_000 } })

    const sending = requests.send('GetItem', input, { ...options, signal: stop.signal })
    await settle()
    stop.abort(reason)

    await expect(sending).rejects.toBe(reason)
    expect(transport.sent).toMatchObject([{ signal: { aborted: true } }])
  })

  test('during the last attempt before the deadline comes out as its own reason too', async () => {
    const stop = new AbortController()
    const made = makeRequests(() => {
      made.timing.nowMs = 1_000
      stop.abort(reason)
      throw serviceError('AbortError')
    })

    await expect(made.requests.send('GetItem', input, { ...options, signal: stop.signal })).rejects.toBe(reason)
  })

  test('during a pause: no further attempt', async () => {
    const stop = new AbortController()
    const { requests, transport, timing } = makeRequests(() => {
      throw serviceError('ThrottlingException')
    })
    timing.onSleep = () => stop.abort(reason)

    await expect(requests.send('GetItem', input, { ...options, signal: stop.signal })).rejects.toBe(reason)
    expect(transport.sent).toHaveLength(1)
  })

  test('while it waits for a free slot: nothing is sent, and the slot goes to the next', async () => {
    const stop = new AbortController()
    let answerFirst: (answer: unknown) => void = () => undefined
    const { requests, transport } = makeRequests(
      (_, index) => (index === 0 ? new Promise((resolve) => (answerFirst = resolve)) : {}),
      {
        slots: 1,
      },
    )
    const first = requests.send('GetItem', input, options)
    const second = requests.send('GetItem', input, { ...options, signal: stop.signal })
    const third = requests.send('Query', { TableName: 'events' }, options)
    await settle()

    stop.abort(reason)
    await expect(second).rejects.toBe(reason)
    answerFirst({})

    await Promise.all([first, third])
    expect(transport.sent.map(({ operation }) => operation)).toEqual(['GetItem', 'Query'])
  })

  test('after the answer changes nothing', async () => {
    const stop = new AbortController()
    const { requests } = makeRequests(() => ({ Item: {} }))

    const answer = await requests.send('GetItem', input, { ...options, signal: stop.signal })
    stop.abort(reason)

    expect(answer).toEqual({ Item: {} })
  })
})

describe('the deadline of one attempt', () => {
  test('stops it, and the next one starts', async () => {
    const { requests, transport } = makeRequests((request, index) => (index === 0 ? hangs(request) : { Item: {} }), {
      retry: { attemptMs: 1 },
    })

    expect(await requests.send('GetItem', input, options)).toEqual({ Item: {} })
    expect(transport.sent).toHaveLength(2)
  })

  test('stops waiting for a transport that does not heed its signal', async () => {
    const { requests, transport } = makeRequests(
      (_, index) => (index === 0 ? new Promise(() => undefined) : { Item: {} }),
      {
        retry: { attemptMs: 1 },
      },
    )

    expect(await requests.send('GetItem', input, options)).toEqual({ Item: {} })
    expect(transport.sent).toHaveLength(2)
  })

  test('leaves open whether it was carried out', async () => {
    const made = makeRequests(
      (request) => {
        made.timing.nowMs += 600
        return hangs(request)
      },
      { retry: { attemptMs: 1 } },
    )

    const error = await rejectionOf(made.requests.send('PutItem', { TableName: 'events', Item: {} }, options))

    expect(error).toMatchObject({ attempts: 2, failure: { reason: 'timeout', applied: 'unknown' } })
  })

  test('is not spent on waiting for a slot: what gets none before the deadline is not sent at all', async () => {
    let answerFirst: (answer: unknown) => void = () => undefined
    const made = makeRequests((_, index) => (index === 0 ? new Promise((resolve) => (answerFirst = resolve)) : {}), {
      slots: 1,
    })
    const first = made.requests.send('GetItem', input, options)
    const late = rejectionOf(made.requests.send('PutItem', { TableName: 'events', Item: {} }, options))
    await settle()

    made.timing.nowMs = 1_000
    answerFirst({})

    await first
    expect(await late).toMatchObject({
      failure: { reason: 'not-sent', applied: 'no' },
      message: expect.stringContaining('maxConnections'),
    })
    expect(made.transport.sent).toHaveLength(1)
  })

  test('ends the waiting even if no slot ever gets free', async () => {
    const made = makeRequests(() => ({}), { slots: 1, retry: { totalMs: 20 } })
    let free: () => void = () => undefined
    const blocked = made.requests.limiter.run({ priority: 'write' }, () => new Promise<void>((done) => (free = done)))

    const error = await rejectionOf(made.requests.send('GetItem', input, options))

    expect(error).toMatchObject({ failure: { reason: 'not-sent', applied: 'no' } })
    expect(made.requests.limiter.depth).toBe(0)
    free()
    await blocked
    expect(made.transport.sent).toHaveLength(0)
  })
})

test('a last attempt that comes too late to be sent does not hide what was wrong before', async () => {
  const made = makeRequests(() => {
    throw serviceError('ThrottlingException')
  })
  made.timing.onSleep = () => (made.timing.nowMs += 1_000)

  const error = await rejectionOf(made.requests.send('GetItem', input, options))

  expect(error).toMatchObject({
    attempts: 1,
    failure: { reason: 'throttled' },
    message: expect.stringContaining('failed with ThrottlingException'),
  })
  expect(made.transport.sent).toHaveLength(1)
})

describe('closing', () => {
  test('waits for what is under way, retries included, and closes the transport then', async () => {
    let answer: (answer: unknown) => void = () => undefined
    const { requests, transport } = makeRequests((_, index) => {
      if (index === 0) return new Promise((resolve) => (answer = resolve))
      return { Item: {} }
    })
    const underWay = requests.retrying(async ({ send }) => {
      await send('GetItem', input)
      return send('GetItem', input)
    }, options)
    await settle()

    const closing = requests.close().then(() => 'closed')
    await settle()
    expect(transport.isClosed).toBe(false)
    answer({})

    expect(await underWay).toEqual({ Item: {} })
    expect(await closing).toBe('closed')
    expect(transport.isClosed).toBe(true)
  })

  test('does not fail with what is under way', async () => {
    const { requests } = makeRequests(() => {
      throw serviceError('ValidationException')
    })
    const underWay = rejectionOf(requests.send('GetItem', input, options))

    await expect(requests.close()).resolves.toBeUndefined()
    expect(await underWay).toBeInstanceOf(RequestFailedError)
  })

  test('refuses what comes later, naming what and for whom', async () => {
    const { requests, transport } = makeRequests(() => ({}))
    await requests.close()

    const error = await rejectionOf(requests.send('GetItem', input, options))

    expect(error).toMatchObject({
      code: 'PERSISTENCE',
      message: 'orders-7: storing event 3: refused, because it has been closed.',
      persistenceId: 'orders-7',
      sequenceNr: 3,
    })
    expect(transport.sent).toEqual([])
  })
})
