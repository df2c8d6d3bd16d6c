import { DynamoDBClient } from '@aws-sdk/client-dynamodb'

/** Why a client needs the SDK, as far as one can see without a request; undefined: it does not. */
export const needOfSdk = (client: DynamoDBClient): string | undefined => {
  if (!(client instanceof DynamoDBClient))
    return 'the client is no DynamoDBClient of the AWS SDK that dynact has loaded'
  if (client.send !== DynamoDBClient.prototype.send) return 'the client has a send of its own'
  const plain = plainClient()
  const expected = new Set(plain.middlewareStack.identify())
  const added = client.middlewareStack.identify().filter((name) => !expected.has(name))
  if (added.length > 0) return `the client has custom middleware (${added.join(', ')})`
  const handler = client.config.requestHandler
  if (handler.constructor !== plain.config.requestHandler.constructor || Object.hasOwn(handler, 'handle'))
    return `the client has a request handler of its own (${handler.constructor.name})`
  return undefined
}

/** A client to compare with. With credentials and a defaultsMode it looks nothing up; it never sends. */
const plainClient = (): DynamoDBClient =>
  new DynamoDBClient({
    region: 'none',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    defaultsMode: 'legacy',
  })
