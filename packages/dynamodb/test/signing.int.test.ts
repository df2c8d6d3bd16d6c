// What changes with time: the clock, and credentials. On both transports.
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { connect } from '@dynact/dynamodb'
import { rejectionOf } from '../../../tools/test-support/failures.js'
import { testTransport as transport } from '../../../tools/test-support/index.js'
import { options } from './make-requests.js'
import { type LoopbackServer, startServer } from './transport/loopback-server.js'

const HOUR_MS = 3_600_000
const retry = { attemptMs: 10_000, totalMs: 30_000, baseMs: 1, maxMs: 5 }
const input = { TableName: 'events', Key: { par: { S: 'a' }, num: { N: '1' } } }
const date = (epochMs: number) => new Date(epochMs).toUTCString()
const refusal = (name: string) => JSON.stringify({ __type: `com.amazon.coral.service#${name}`, message: name })

interface Answer {
  readonly status?: number
  readonly headers?: OutgoingHttpHeaders
  readonly body: string
}

let server: LoopbackServer
/** Headers of the requests so far. */
let received: IncomingHttpHeaders[]
const open = async (config: DynamoDBClientConfig, answer: (headers: IncomingHttpHeaders) => Answer) => {
  received = []
  server = await startServer((request, response) => {
    received.push(request.headers)
    const { status = 200, headers = {}, body } = answer(request.headers)
    request.resume().once('end', () => response.writeHead(status, headers).end(body))
  })
  const client = new DynamoDBClient({ region: 'eu-central-1', endpoint: server.endpoint, maxAttempts: 1, ...config })
  const requests = connect({ client, transport, table: 'events', maxConnections: 2, maxQueued: 10, retry })
  return { client, requests }
}
afterEach(() => server.stop())

test.each([-6, 6])('a clock that is %d hours off is corrected, and the request sent again', async (hours) => {
  const credentials = { accessKeyId: 'first', secretAccessKey: 'secret' }
  const now = Date.now() + hours * HOUR_MS
  const { client, requests } = await open({ credentials }, (headers) => {
    const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(headers['x-amz-date'])) ?? []
    const signedAt = Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s))
    return Math.abs(signedAt - now) > 300_000
      ? { status: 400, headers: { date: date(now) }, body: refusal('InvalidSignatureException') }
      : { headers: { date: date(now) }, body: '{}' }
  })

  expect(await requests.send('GetItem', input, options)).not.toHaveProperty('Item')
  expect(received).toHaveLength(2)
  await requests.send('GetItem', input, options)
  expect(received).toHaveLength(3)
  await requests.close()
  client.destroy()
})

test('credentials are renewed before they come to their end', async () => {
  let asked = 0
  const credentials = async () => {
    asked++
    return {
      accessKeyId: `key${asked}`,
      secretAccessKey: 'secret',
      sessionToken: `token${asked}`,
      // The first are good for a minute more only: so little that they are renewed at once.
      expiration: new Date(Date.now() + (asked === 1 ? 60_000 : HOUR_MS)),
    }
  }
  const { client, requests } = await open({ credentials }, () => ({ body: '{}' }))

  for (let count = 0; count < 4; count++) await requests.send('GetItem', input, options)

  expect(received.at(-1)?.authorization).toContain('Credential=key2/')
  expect(received.at(-1)?.['x-amz-security-token']).toBe('token2')
  expect(asked).toBe(2)
  await requests.close()
  client.destroy()
})

test('credentials that are refused for good are an error that says so', async () => {
  const credentials = { accessKeyId: 'wrong', secretAccessKey: 'secret' }
  const { client, requests } = await open({ credentials }, () => ({
    status: 400,
    headers: { date: date(Date.now()) },
    body: refusal('UnrecognizedClientException'),
  }))

  const error = await rejectionOf(requests.send('GetItem', input, options))

  expect(error).toMatchObject({ attempts: 1, failure: { reason: 'refused', applied: 'no' } })
  expect((error as Error).message).toMatch(/Check the AWS credentials and their permissions\.$/)
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret')
  await requests.close()
  client.destroy()
})
