import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { rejectionOf } from '../../../../tools/test-support/failures.js'
import { NeedsSdkError } from '../../src/errors.js'
import { Destination } from '../../src/transport/destination.js'

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }
const destinationOf = (config: DynamoDBClientConfig) =>
  Destination.of(new DynamoDBClient({ region: 'eu-central-1', credentials, ...config }))
const headersOf = (destination: Destination, nowMs = 0): Record<string, string> => {
  const { headers } = destination.request('DynamoDB_20120810.PutItem', Buffer.from('{}'), nowMs)
  const pairs: [string, string][] = []
  for (let at = 0; at < headers.length; at += 2) pairs.push([headers[at] ?? '', headers[at + 1] ?? ''])
  return Object.fromEntries(pairs)
}

const account = { ...credentials, accountId: '123456789012' }

test.each<[string, DynamoDBClientConfig, string]>([
  ['the region’s', {}, 'https://dynamodb.eu-central-1.amazonaws.com'],
  ['FIPS', { useFipsEndpoint: true, region: 'us-east-1' }, 'https://dynamodb-fips.us-east-1.amazonaws.com'],
  ['dual-stack', { useDualstackEndpoint: true }, 'https://dynamodb.eu-central-1.api.aws'],
  ['an account’s', { credentials: account }, 'https://123456789012.ddb.eu-central-1.amazonaws.com'],
  [
    'the region’s though there is an account',
    { credentials: account, accountIdEndpointMode: 'disabled' },
    'https://dynamodb.eu-central-1.amazonaws.com',
  ],
  ['China’s', { region: 'cn-north-1' }, 'https://dynamodb.cn-north-1.amazonaws.com.cn'],
  ['one’s own', { endpoint: 'http://127.0.0.1:8000' }, 'http://127.0.0.1:8000'],
  ['one’s own by IPv6', { endpoint: 'http://[::1]:8000' }, 'http://[::1]:8000'],
])('the endpoint is the SDK’s: %s', async (_, config, origin) => {
  const destination = await destinationOf(config)

  expect(destination.origin).toBe(origin)
  expect(headersOf(destination)['host']).toBe(new URL(origin).host)
})

test('an endpoint’s path is kept', async () => {
  const destination = await destinationOf({ endpoint: 'http://127.0.0.1:8000/dynamodb/v1' })

  expect(destination.request('', Buffer.alloc(0), 0).path).toBe('/dynamodb/v1/')
})

test('region, service and identity are those of the client', async () => {
  const { authorization } = headersOf(await destinationOf({ region: 'ap-south-1' }), Date.UTC(2026, 0, 2))

  expect(authorization).toContain('Credential=AKIDEXAMPLE/20260102/ap-south-1/dynamodb/aws4_request')
})

test('a session token is sent and signed', async () => {
  const headers = headersOf(await destinationOf({ credentials: { ...credentials, sessionToken: 'token' } }))

  expect(headers['x-amz-security-token']).toBe('token')
  expect(headers['authorization']).toContain(
    'SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target,',
  )
})

test('the user agent is the SDK’s, with what the user added', async () => {
  const headers = headersOf(await destinationOf({ customUserAgent: 'stock-ledger/1.2', userAgentAppId: 'ledger' }))

  expect(headers['user-agent']).toMatch(/^aws-sdk-js\/3\..* app\/ledger.* stock-ledger\/1\.2$/)
})

test('headers of the endpoint’s are sent and signed, whatever their case', async () => {
  const headers = { 'X-Gateway-Key': ' some  key ' }
  const endpoint = async () => ({ protocol: 'http:', hostname: '127.0.0.1', port: 8000, path: '/', headers })
  const sent = headersOf(await destinationOf({ endpoint }))

  expect(sent['x-gateway-key']).toBe('some key')
  expect(sent['authorization']).toContain('x-amz-target;x-gateway-key,')
})

test('the trace of one Lambda invocation is not that of the next', async () => {
  const environment = {
    AWS_LAMBDA_FUNCTION_NAME: 'ledger',
    _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793',
  }
  Object.assign(process.env, environment)
  try {
    const sent = headersOf(await destinationOf({}))

    expect(Object.keys(sent).map((name) => name.toLowerCase())).not.toContain('x-amzn-trace-id')
  } finally {
    for (const name of Object.keys(environment)) delete process.env[name]
  }
})

test('the end of the credentials is known', async () => {
  const expiration = new Date(Date.now() + 3_600_000)
  const destination = await destinationOf({ credentials: async () => ({ ...credentials, expiration }) })

  expect(destination.expiresMs).toBe(expiration.getTime())
  expect((await destinationOf({})).expiresMs).toBe(Number.POSITIVE_INFINITY)
})

test('credentials that the SDK renews with every use are taken all the same', async () => {
  let calls = 0
  const provider = async () => ({
    accessKeyId: `AKID${++calls}`,
    secretAccessKey: `secret ${calls}`,
    expiration: new Date(Date.now() + 10_000),
  })

  const headers = headersOf(await destinationOf({ credentials: provider }))

  expect(headers['authorization']).toMatch(/Credential=AKID\d\//)
})

test('a client that signs in a way of its own needs the SDK', async () => {
  const sign = async <T extends { headers: object }>(request: T) => ({
    ...request,
    headers: { ...request.headers, authorization: 'Bearer something' },
  })
  const otherwise = { ...credentials, secretAccessKey: 'another secret' }

  expect(await rejectionOf(destinationOf({ signer: { sign } as never }))).toBeInstanceOf(NeedsSdkError)
  expect(
    await rejectionOf(
      destinationOf({
        httpAuthSchemes: [
          {
            schemeId: 'aws.auth#sigv4',
            identityProvider: () => async () => otherwise,
            signer: { sign: async (request: { headers: object }) => sign(request) },
          },
        ] as never,
      }),
    ),
  ).toBeInstanceOf(NeedsSdkError)
})

test('the user’s log does not tell of the request that is made and not sent', async () => {
  const lines: unknown[] = []
  const log = (...line: unknown[]) => lines.push(line)

  await destinationOf({ logger: { trace: log, debug: () => {}, info: log, warn: log, error: log } })

  expect(lines).toEqual([])
})

test.each<[string, DynamoDBClientConfig, string]>([
  ['a region', { region: async () => '' }, 'Region not accepted'],
  ['credentials', { credentials: () => Promise.reject(new Error('no profile')) }, 'no profile'],
])('without %s it fails as the SDK does', async (_, config, message) => {
  await expect(destinationOf(config)).rejects.toThrow(message)
})
