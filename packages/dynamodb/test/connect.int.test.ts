import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { connect } from '@dynact/dynamodb'
import { rejectionOf } from '../../../tools/test-support/failures.js'
import { testClientConfig, testTransport as transport } from '../../../tools/test-support/index.js'
import { observedClient, serviceError } from '../../../tools/test-support/observed-client.js'
import { options } from './make-requests.js'

const retry = { attemptMs: 5_000, totalMs: 10_000, baseMs: 1, maxMs: 5 }
const missingTable = { TableName: 'no-such-table', Key: { par: { S: 'a' } } }

describe('a client that is made here', () => {
  test('sends to where its configuration says, and is closed with the connection', async () => {
    const requests = connect({
      table: 'events',
      maxQueued: 100,
      clientConfig: testClientConfig(),
      transport,
      maxConnections: 2,
      retry,
    })

    const error = await rejectionOf(requests.send('GetItem', missingTable, options))
    await requests.close()

    expect(error).toMatchObject({ attempts: 1, cause: { name: 'ResourceNotFoundException' } })
    expect((error as Error).message).toContain('Create the table first')
    expect(((await rejectionOf(requests.send('GetItem', missingTable, options))) as Error).message).toContain(
      'has been closed',
    )
  })

  test('does not retry by itself: attempts are counted here', async () => {
    let answers = 0
    const server = createServer((_, response) => {
      const [status, name] = answers++ === 0 ? [500, 'InternalServerError'] : [400, 'ValidationException']
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify({ __type: name }))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const requests = connect({
      table: 'events',
      maxQueued: 100,
      clientConfig: { ...testClientConfig(), endpoint },
      transport,
      maxConnections: 2,
      retry,
    })

    const error = await rejectionOf(requests.send('GetItem', missingTable, options))
    await requests.close()
    server.close()

    expect(error).toMatchObject({ attempts: 2, failure: { reason: 'refused', applied: 'unknown' } })
    expect(answers).toBe(2)
  })

  test('is never asked to send more at once than maxConnections', async () => {
    const observed = observedClient()
    await observed.start()
    let [inFlight, most] = [0, 0]
    observed.fateOf = () => {
      most = Math.max(most, ++inFlight)
      return { after: () => inFlight-- }
    }
    const requests = connect({
      table: 'events',
      maxQueued: 100,
      client: observed.client,
      transport,
      maxConnections: 3,
      retry,
    })

    await Promise.allSettled(Array.from({ length: 20 }, () => requests.send('GetItem', missingTable, options)))
    await requests.close()
    await observed.stop()

    expect(most).toBe(3)
  })
})

describe('a client of the user’s own', () => {
  test('stays open when the connection is closed', async () => {
    const client = new DynamoDBClient(testClientConfig())
    const requests = connect({ table: 'events', maxQueued: 100, client, transport, maxConnections: 2, retry })
    await requests.close()

    const again = connect({ table: 'events', maxQueued: 100, client, transport, maxConnections: 2, retry })

    expect(await rejectionOf(again.send('GetItem', missingTable, options))).toMatchObject({
      cause: { name: 'ResourceNotFoundException' },
    })
    await again.close()
    client.destroy()
  })

  test('that retries by itself, the SDK’s, leaves open whether a refused write was carried out before', async () => {
    const observed = observedClient()
    await observed.start()
    observed.fateOf = (_, index) => ({ fail: index === 0 ? 'reset' : serviceError('AccessDeniedException') })
    const client = new DynamoDBClient({ ...observed.clientConfig, maxAttempts: 3, retryMode: 'standard' })
    const requests = connect({ table: 'events', maxQueued: 100, client, transport: 'sdk', maxConnections: 2, retry })

    const error = await rejectionOf(requests.send('PutItem', { TableName: 'events', Item: {} }, options))

    expect(error).toMatchObject({ failure: { reason: 'refused', applied: 'unknown' } })
    await requests.close()
    client.destroy()
    await observed.stop()
  })
})

test('an abort stops the request on the wire', async () => {
  const requests = connect({
    table: 'events',
    maxQueued: 100,
    clientConfig: testClientConfig(),
    transport,
    maxConnections: 1,
    retry,
  })
  const stop = new AbortController()
  const reason = new Error('shutting down')
  await rejectionOf(requests.send('GetItem', missingTable, options)) // the connection stands

  const sending = requests.send('GetItem', missingTable, { ...options, signal: stop.signal })
  stop.abort(reason)

  await expect(sending).rejects.toBe(reason)
  await requests.close()
})
