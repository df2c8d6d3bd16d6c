import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DirectTransport } from '../../src/transport/direct-transport.js'

test('a transport that is closed before it has found its way opens no connections any more', async () => {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const client = new DynamoDBClient({ endpoint: 'http://127.0.0.1:1', region: 'eu-central-1', credentials })
  const transport = new DirectTransport(client, true, 10_000)

  const sending = transport.send('DescribeTable', { TableName: 'any' }, new AbortController().signal)
  transport.close()

  await expect(sending).rejects.toThrow('The transport has been closed.')
})
