import { Agent } from 'node:https'
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { ConfigError } from '@dynact/persistence'
import { chooseTransport, type TransportName } from '../../src/transport/choose-transport.js'
import { DirectTransport } from '../../src/transport/direct-transport.js'
import { SdkTransport } from '../../src/transport/sdk-transport.js'

const newClient = (config: DynamoDBClientConfig = {}) =>
  new DynamoDBClient({ region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, ...config })

const choose = (client: DynamoDBClient, wanted?: TransportName) => {
  const notices: string[] = []
  const onNotice = (text: string) => notices.push(text)
  return { transport: chooseTransport({ client, ownsClient: false, wanted, connectMs: 5_000, onNotice }), notices }
}

const withMiddleware = () => {
  const client = newClient()
  client.middlewareStack.add((next) => next, { step: 'initialize', name: 'traceToXRay' })
  return client
}
const withSendOfItsOwn = () => {
  const client = newClient()
  client.send = client.send.bind(client)
  return client
}
const handler = { handle: async () => ({ response: { statusCode: 200 } }), metadata: { handlerProtocol: 'http/1.1' } }

const needing: readonly (readonly [string, () => DynamoDBClient, RegExp])[] = [
  ['with middleware', withMiddleware, /custom middleware \(traceToXRay - initialize\)/],
  ['with a request handler', () => newClient({ requestHandler: handler as never }), /request handler of its own/],
  ['with a send of its own', withSendOfItsOwn, /a send of its own/],
  ['that only looks like one', () => ({ send: async () => ({}) }) as unknown as DynamoDBClient, /no DynamoDBClient/],
]

test.each(needing)('a client %s is carried by the SDK, which is said once', (_, make, why) => {
  const { transport, notices } = choose(make())

  expect(transport).toBeInstanceOf(SdkTransport)
  expect(notices).toEqual([expect.stringMatching(why)])
  expect(notices[0]).toContain("Set transport: 'sdk' if that is meant")
})

test.each(needing)('for a client %s, transport direct is refused', (_, make, why) => {
  expect(() => choose(make(), 'direct')).toThrow(ConfigError)
  expect(() => choose(make(), 'direct')).toThrow(why)
})

test.each(needing)('for a client %s, transport sdk is nothing to speak of', (_, make) => {
  const { transport, notices } = choose(make(), 'sdk')

  expect(transport).toBeInstanceOf(SdkTransport)
  expect(notices).toEqual([])
})

test.each([
  ['nothing special', {}],
  ['retries of its own', { maxAttempts: 5, retryMode: 'adaptive' }],
  ['options for its handler', { requestHandler: { connectionTimeout: 100, httpsAgent: { maxSockets: 7 } } }],
  ['an agent of its own', { requestHandler: { httpsAgent: new Agent({ keepAlive: true }) } }],
  ['a log', { logger: console }],
  ['an endpoint', { endpoint: 'http://127.0.0.1:8000' }],
])('a client with %s is carried directly', (_, config) => {
  const { transport, notices } = choose(newClient(config))

  expect(transport).not.toBeInstanceOf(SdkTransport)
  expect(notices).toEqual([])
  expect(choose(newClient(config), 'direct').transport).toBeInstanceOf(DirectTransport)
})
