/** The direct transport against servers that misbehave, and clients with something special. */
import { once } from 'node:events'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { Agent } from 'node:https'
import { crc32 } from 'node:zlib'
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { jest } from '@jest/globals'
import { rejectionOf } from '../../../../tools/test-support/failures.js'
import { chooseTransport } from '../../src/transport/choose-transport.js'
import { DirectTransport } from '../../src/transport/direct-transport.js'
import { loopbackCertificate } from './loopback-certificate.js'
import { type LoopbackServer, startServer } from './loopback-server.js'

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }
const getItem = { TableName: 'events', Key: { par: { S: 'account-4711' } } }
const { signal } = new AbortController()

let server: LoopbackServer | undefined
let client: DynamoDBClient
let transport: DirectTransport
/** Everything that the server was asked. */
const asked: IncomingMessage[] = []

const open = async (listener: RequestListener, config: DynamoDBClientConfig = {}, tls?: object, host = '127.0.0.1') => {
  asked.length = 0
  server = await startServer((request, response) => {
    asked.push(request)
    listener(request, response)
  }, tls)
  const endpoint = server.endpoint.replace('127.0.0.1', host)
  client = new DynamoDBClient({ endpoint, region: 'eu-central-1', credentials, ...config })
  transport = new DirectTransport(client, false, 5_000)
}
afterEach(async () => {
  transport.close()
  client.destroy()
  await server?.stop()
})

const json = (body: unknown, headers: Record<string, string | number> = {}, status = 200) => {
  const bytes = Buffer.from(JSON.stringify(body))
  return (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { 'x-amz-crc32': crc32(bytes), 'x-amzn-requestid': 'request-1', ...headers }).end(bytes)
  }
}
const send = (until: AbortSignal = signal) => transport.send('GetItem', getItem, until)

describe('an answer', () => {
  test('is taken with the checksum that it came with', async () => {
    await open(json({ Item: { par: { S: 'Zürich' } } }))

    expect(await send()).toEqual({
      Item: { par: { S: 'Zürich' } },
      $metadata: { httpStatusCode: 200, requestId: 'request-1', attempts: 1 },
    })
    expect(asked[0]?.headers).toMatchObject({
      'accept-encoding': 'identity',
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.GetItem',
    })
  })

  test('in many pieces is put together', async () => {
    const Item = { par: { S: 'x'.repeat(300_000) } }
    await open((_, response) => {
      const text = JSON.stringify({ Item })
      for (let at = 0; at < text.length; at += 10_000) response.write(text.slice(at, at + 10_000))
      response.end()
    })

    expect(await send()).toMatchObject({ Item })
  })

  test.each<[string, RequestListener, object]>([
    [
      'with another checksum',
      json({ Item: {} }, { 'x-amz-crc32': '1' }),
      { name: 'ResponseChecksumError', statusCode: 200, message: expect.stringContaining('not 1') },
    ],
    [
      'of an error with another checksum',
      json({ __type: 'x#ConditionalCheckFailedException' }, { 'x-amz-crc32': '1' }, 400),
      { name: 'ResponseChecksumError', statusCode: 400 },
    ],
    [
      'that is not JSON',
      (_, response) => response.end('<html>Welcome to the hotel</html>'),
      { name: 'InvalidResponseError', statusCode: 200 },
    ],
    ['that is empty', (_, response) => response.end(), { name: 'InvalidResponseError', statusCode: 200 }],
    ['that is a list', json([]), { name: 'InvalidResponseError', message: expect.stringContaining('not an object') }],
    [
      'with a status and no type of error',
      json({ message: 'Forbidden' }, {}, 403),
      { name: 'InvalidResponseError', statusCode: 403, message: expect.stringContaining('HTTP 403') },
    ],
    [
      'of a proxy’s',
      (_, response) => response.writeHead(503).end('upstream connect error'),
      { name: 'InvalidResponseError', statusCode: 503 },
    ],
    [
      'that breaks off within its length',
      (_, response) => {
        response.writeHead(200, { 'content-length': 1_000 }).write('{"Item":')
        setImmediate(() => response.destroy())
      },
      { name: 'TruncatedResponseError', statusCode: 200 },
    ],
    [
      'that breaks off within its chunks',
      (_, response) => {
        response.write('{"Item":{}}')
        setImmediate(() => response.destroy())
      },
      { name: 'TruncatedResponseError', statusCode: 200 },
    ],
    ['that never comes', (request) => request.socket.destroy(), { code: 'UND_ERR_SOCKET' }],
  ])('%s is an error of its own', async (_, listener, expected) => {
    await open(listener)

    expect(await rejectionOf(send())).toMatchObject(expected)
  })

  test('that names an error which nobody knows is an error all the same', async () => {
    await open(json({ __type: 'com.amazonaws#BrandNewException', Message: 'news', detail: 7 }, {}, 500))

    expect(await rejectionOf(send())).toMatchObject({
      name: 'BrandNewException',
      message: 'news',
      detail: 7,
      $fault: 'server',
      $metadata: { httpStatusCode: 500, requestId: 'request-1' },
    })
  })
})

test('no server: the error says that nothing was sent', async () => {
  await open(json({}))
  await server?.stop()
  server = undefined

  expect(await rejectionOf(send())).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect' })
})

describe('an abort', () => {
  test('ends a request on the wire, with its reason', async () => {
    const stop = new AbortController()
    const reason = new Error('shutting down')
    let closed: Promise<unknown> | undefined
    await open((_, response) => {
      closed = once(response, 'close')
      stop.abort(reason)
    })

    await expect(send(stop.signal)).rejects.toBe(reason)
    await closed
  })

  test('ends a request that waits for a connection, which is never sent', async () => {
    const held: ServerResponse[] = []
    await open((_, response) => held.push(response))
    const sending = [send(), send()]
    const stop = new AbortController()
    const waiting = send(stop.signal)
    stop.abort(new Error('too late'))

    await expect(waiting).rejects.toThrow('too late')

    while (held.length < 2) await once(server?.server ?? process, 'request')
    for (const response of held) response.end('{}')
    await Promise.all(sending)
    expect(asked).toHaveLength(2)
  })

  test('ends the wait for credentials', async () => {
    await open(json({}), { credentials: () => new Promise(() => undefined) })
    const stop = new AbortController()
    const sending = send(stop.signal)

    stop.abort(new Error('no patience'))

    await expect(sending).rejects.toThrow('no patience')
  })

  test('before it is sent lets nothing be sent', async () => {
    await open(json({}))

    await expect(send(AbortSignal.abort(new Error('before')))).rejects.toThrow('before')
    expect(asked).toHaveLength(0)
  })

  test('leaves no listener behind on a signal that lives on', async () => {
    await open(json({}))
    const listeners = new Set<unknown>()
    const watched = new AbortController().signal
    const { addEventListener, removeEventListener } = watched
    watched.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners.add(args[1])
      addEventListener.apply(watched, args)
    }
    watched.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners.delete(args[1])
      removeEventListener.apply(watched, args)
    }

    await Promise.all([send(watched), send(watched)])

    expect(listeners.size).toBe(0)
  })
})

describe('credentials', () => {
  /** A provider that counts; every identity lives for so long. */
  const provider = (lifeMs: number) => {
    const counted = {
      calls: 0,
      provide: async () => ({
        accessKeyId: `AKID${++counted.calls}`,
        secretAccessKey: `secret${counted.calls}`,
        sessionToken: `token${counted.calls}`,
        expiration: new Date(Date.now() + lifeMs),
      }),
    }
    return counted
  }
  const signedBy = (request: IncomingMessage | undefined) =>
    /Credential=(\w+)/.exec(String(request?.headers.authorization))?.[1]

  test('are asked for once, however many requests wait for them', async () => {
    const counted = provider(3_600_000)
    await open(json({}), { credentials: counted.provide })

    await Promise.all([send(), send(), send()])
    await send()

    expect(counted.calls).toBe(1)
    expect(asked[3]?.headers['x-amz-security-token']).toBe('token1')
  })

  test('that have expired sign nothing: the next ones are waited for', async () => {
    const counted = provider(3_600_000)
    await open(json({}), { credentials: counted.provide })
    await send()
    const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000)

    await send()
    now.mockRestore()

    expect(asked.map(signedBy)).toEqual(['AKID1', 'AKID2'])
    expect(asked[1]?.headers['x-amz-security-token']).toBe('token2')
  })

  test('that the service calls expired are not used again', async () => {
    const counted = provider(3_600_000)
    await open(
      (request, response) =>
        signedBy(request) === 'AKID1'
          ? json({ __type: 'x#ExpiredTokenException' }, {}, 400)(request, response)
          : json({})(request, response),
      { credentials: counted.provide },
    )
    expect(await rejectionOf(send())).toMatchObject({ name: 'ExpiredTokenException' })

    await send()

    expect(asked.map(signedBy)).toEqual(['AKID1', 'AKID2'])
  })

  test('that can’t be had fail the request; the next one asks again', async () => {
    let calls = 0
    const provide = async () => {
      if (++calls === 1) throw Object.assign(new Error('no profile'), { name: 'CredentialsProviderError' })
      return credentials
    }
    await open(json({}), { credentials: provide })

    expect(await rejectionOf(send())).toMatchObject({ name: 'CredentialsProviderError' })

    expect(await send()).toMatchObject({ $metadata: { httpStatusCode: 200 } })
  })
})

describe('a clock that is off', () => {
  const HOURS = 3 * 3_600_000
  const signedAt = (request: IncomingMessage) =>
    Date.parse(
      String(request.headers['x-amz-date']).replace(/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/, '$1-$2-$3T$4:$5:$6Z'),
    )
  /** Refuses what is not signed on its own time, as DynamoDB does. */
  const onTime =
    (offsetMs: number): RequestListener =>
    (request, response) => {
      const now = Date.now() + offsetMs
      const headers = { date: new Date(now).toUTCString() }
      const isOff = Math.abs(signedAt(request) - now) > 300_000
      const refusal = { __type: 'com.amazon.coral.service#InvalidSignatureException', message: 'Signature expired' }
      return isOff ? json(refusal, headers, 400)(request, response) : json({}, headers)(request, response)
    }

  test.each([HOURS, -HOURS])('by %d ms is corrected by the refusal, which says so', async (offsetMs) => {
    await open(onTime(offsetMs))

    expect(await rejectionOf(send())).toMatchObject({
      name: 'InvalidSignatureException',
      $metadata: { clockSkewCorrected: true },
    })

    expect(await send()).toMatchObject({ $metadata: { httpStatusCode: 200 } })
    expect(Math.abs(client.config.systemClockOffset - offsetMs)).toBeLessThan(60_000)
  })

  test('is taken as the client knows it, and a right one is left alone', async () => {
    await open(onTime(HOURS), { systemClockOffset: HOURS })

    const { $metadata } = await send()

    expect($metadata).not.toHaveProperty('clockSkewCorrected')
    expect(client.config.systemClockOffset).toBe(HOURS)
  })

  test('is left alone where the user wants it', async () => {
    await open(onTime(HOURS), { disableClockSkewCorrection: true })
    await rejectionOf(send())

    const error = await rejectionOf(send())

    expect(error).not.toHaveProperty('$metadata.clockSkewCorrected')
    expect(client.config.systemClockOffset).toBe(0)
  })
})

describe('TLS', () => {
  const { cert, key } = loopbackCertificate

  test('trusts the authority of the client’s agent', async () => {
    await open(json({}), { requestHandler: { httpsAgent: new Agent({ ca: cert }) } }, { cert, key })

    expect(await send()).toMatchObject({ $metadata: { httpStatusCode: 200 } })
  })

  test('trusts nobody else', async () => {
    await open(json({}), {}, { cert, key })

    expect(await rejectionOf(send())).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  })

  test.each(['127.0.0.1', 'localhost'])(
    'at %s: shows the certificate of the client’s agent, and asks for its server name',
    async (host) => {
      const tls = { cert, key, ca: cert, requestCert: true, rejectUnauthorized: true }
      const agent = { ca: cert, cert, key, servername: 'dynamodb.test' }
      await open(json({}), { requestHandler: { httpsAgent: agent } }, tls, host)

      await send()

      const socket = asked[0]?.socket as unknown as {
        getPeerCertificate(): { subject: { CN: string } }
        servername: string
      }
      expect(socket.servername).toBe('dynamodb.test')
      expect(socket.getPeerCertificate().subject.CN).toBe('dynact loopback test, no secret')
    },
  )
})

describe('a client whose agent is not Node’s own', () => {
  class ProxyAgent extends Agent {}

  test('is carried by the SDK from its first request on, which is said once', async () => {
    const { cert, key } = loopbackCertificate
    await open(json({}), { requestHandler: { httpsAgent: new ProxyAgent({ ca: cert }) } }, { cert, key })
    const notices: string[] = []
    const onNotice = (text: string) => notices.push(text)
    const chosen = chooseTransport({ client, ownsClient: false, wanted: undefined, connectMs: 5_000, onNotice })

    await Promise.all([chosen.send('GetItem', getItem, signal), chosen.send('GetItem', getItem, signal)])
    chosen.close()

    expect(asked.map(({ headers }) => headers['amz-sdk-request'])).toEqual([expect.any(String), expect.any(String)])
    expect(notices).toEqual([expect.stringContaining('by a proxy perhaps')])
    expect(await rejectionOf(send())).toMatchObject({ name: 'NeedsSdkError' })
  })

  test('nor is one with middleware that was added later', async () => {
    await open(json({}))
    client.middlewareStack.add((next) => next, { step: 'initialize', name: 'late' })

    expect(await rejectionOf(send())).toMatchObject({ name: 'NeedsSdkError', message: expect.stringContaining('late') })
    expect(asked).toHaveLength(0)
  })
})

test('a closed transport sends nothing, and closes a client of its own', async () => {
  await open(json({}))
  const destroy = jest.spyOn(client, 'destroy')
  const owner = new DirectTransport(client, true, 5_000)
  await owner.send('GetItem', getItem, signal)
  const idle = asked[0]?.socket
  owner.close()

  await once(idle ?? process, 'close')

  expect(destroy).toHaveBeenCalled()
  expect(await rejectionOf(owner.send('GetItem', getItem, signal))).toMatchObject({ code: 'UND_ERR_DESTROYED' })
})
