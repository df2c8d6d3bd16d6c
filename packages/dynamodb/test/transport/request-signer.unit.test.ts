import { DynamoDBClient, PutItemCommand, type PutItemCommandInput } from '@aws-sdk/client-dynamodb'
import { amzDate, type Header, RequestSigner, type SignableRequest } from '../../src/transport/request-signer.js'

/**
 * Cases of the AWS Signature Version 4 test suite (as of aws-c-auth, tests/aws-signing-test-suite/v4, Apache-2.0): those without
 * a query, which DynamoDB has no use for. Identity, region, service and time are the same in all of them.
 */
const identity = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const date = '20150830T123600Z'
const host: Header = ['host', 'example.amazonaws.com']
const xAmzDate: Header = ['x-amz-date', date]
const form = 'Param1=value1'
const formSha256 = '9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e'
const longToken =
  'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=='
const unreserved = '/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

interface Case extends Partial<SignableRequest> {
  readonly name: string
  readonly signature: string
}
const cases: readonly Case[] = [
  {
    name: 'get-vanilla',
    method: 'GET',
    signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  },
  { name: 'post-vanilla', signature: '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b' },
  {
    name: 'get-unreserved',
    method: 'GET',
    path: unreserved,
    signature: '07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f',
  },
  {
    name: 'post-header-key-sort',
    headers: [host, ['my-header1', 'value1'], xAmzDate],
    signature: 'c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c',
  },
  {
    name: 'post-header-value-case',
    headers: [host, ['my-header1', 'VALUE1'], xAmzDate],
    signature: 'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d',
  },
  {
    name: 'get-vanilla-with-session-token',
    method: 'GET',
    headers: [
      host,
      xAmzDate,
      ['x-amz-security-token', '6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267'],
    ],
    signature: '07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8',
  },
  {
    name: 'post-sts-header-before',
    headers: [host, xAmzDate, ['x-amz-security-token', longToken]],
    signature: '85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead',
  },
  {
    name: 'post-x-www-form-urlencoded',
    headers: [
      ['content-length', String(form.length)],
      ['content-type', 'application/x-www-form-urlencoded'],
      host,
      ['x-amz-content-sha256', formSha256],
      xAmzDate,
    ],
    body: Buffer.from(form),
    signature: 'd3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b',
  },
]

test.each(cases)('signs as AWS’s own test suite has it: $name', ({ name: _, signature, ...request }) => {
  const signer = new RequestSigner(identity, { region: 'us-east-1', service: 'service' })
  const whole = { method: 'POST', path: '/', headers: [host, xAmzDate], body: Buffer.alloc(0), date, ...request }

  const authorization = signer.authorization(whole)

  const names = whole.headers.map(([name]) => name).join(';')
  expect(authorization).toBe(
    `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${names}, Signature=${signature}`,
  )
})

describe('signs, byte for byte, as the AWS SDK does', () => {
  interface Sent {
    readonly method: string
    readonly path: string
    readonly headers: Record<string, string>
    readonly body: string | Uint8Array
  }
  const sentBySdk = async (input: PutItemCommandInput, config: object): Promise<Sent> => {
    let sent: Sent | undefined
    const handle = async ({ request }: { request: Sent }) => {
      sent = request
      throw new Error('that will do')
    }
    const requestHandler = { handle: (request: Sent) => handle({ request }), metadata: { handlerProtocol: 'http/1.1' } }
    const client = new DynamoDBClient({ maxAttempts: 1, requestHandler: requestHandler as never, ...config })
    await expect(client.send(new PutItemCommand(input))).rejects.toThrow('that will do')
    return sent as unknown as Sent
  }

  test.each([
    ['plain credentials', {}, identity, 'eu-central-1'],
    [
      'a session token',
      {},
      { ...identity, sessionToken: 'IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJ' },
      'us-west-2',
    ],
    ['a path', { endpoint: 'http://127.0.0.1:8000/dynamodb/v1' }, identity, 'eu-west-1'],
    ['a clock that is off', { systemClockOffset: -3_600_000 * 24 * 40 }, identity, 'ap-south-1'],
  ])('with %s', async (_, config, credentials, region) => {
    const Item = { par: { S: 'Zürich 🙂 "\\' }, event: { B: new Uint8Array([0, 255, 128]) } }
    const { method, path, headers, body } = await sentBySdk(
      { TableName: 'events', Item },
      { ...config, credentials, region },
    )
    const theirs = headers['authorization'] ?? ''
    const names = /SignedHeaders=([^,]+)/.exec(theirs)?.[1]?.split(';') ?? []
    const signer = new RequestSigner(credentials, { region, service: 'dynamodb' })

    const ours = signer.authorization({
      method,
      path,
      headers: names.map((name) => [name, headers[name] ?? '']),
      body: typeof body === 'string' ? Buffer.from(body) : body,
      date: headers['x-amz-date'] ?? '',
    })

    expect(ours).toBe(theirs)
    expect(names).toContain('x-amz-target')
  })
})

test('derives another key when the day changes, and again when it changes back', () => {
  const signer = new RequestSigner(identity, { region: 'us-east-1', service: 'service' })
  const on = (day: string) => {
    const headers: Header[] = [host, ['x-amz-date', day]]
    return signer.authorization({ method: 'GET', path: '/', headers, body: Buffer.alloc(0), date: day })
  }
  const first = on(date)

  const next = on('20150831T000000Z')

  expect(next).toContain('/20150831/')
  expect(on(date)).toBe(first)
  expect(first).toContain('5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31')
})

test('writes points in time as signatures have them', () => {
  expect(amzDate(Date.UTC(2015, 7, 30, 12, 36, 0, 999))).toBe('20150830T123600Z')
})
