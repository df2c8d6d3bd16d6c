import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'

/** A request as the SDK would send it, signed. */
export interface SdkRequest {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
  readonly method: string
  /** Names in lower case, values without superfluous spaces: as they are signed. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** Credentials, as the SDK resolved them. */
export interface SdkIdentity {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}

interface SdkContext {
  readonly __smithy_context?: { readonly selectedHttpAuthScheme?: { readonly identity?: SdkIdentity } }
}

/**
 * Lets the SDK make and sign a request that is never sent. So region, endpoint (custom, FIPS, dual-stack, account-based),
 * credentials and user agent are known to be those of `client.send`, whatever rules the SDK has for them.
 *
 * @throws what the SDK throws when there is no region, or when there are no credentials.
 */
export const dryRun = async (
  client: DynamoDBClient,
): Promise<{ readonly request: SdkRequest; readonly identity: SdkIdentity | undefined }> => {
  let request: SdkRequest | undefined
  let identity: SdkIdentity | undefined
  const command = new GetItemCommand({ TableName: 'dry-run', Key: {} })
  command.middlewareStack.add(
    (_, context) => async (args) => {
      request = inLowerCase(args.request as SdkRequest)
      identity = (context as unknown as SdkContext).__smithy_context?.selectedHttpAuthScheme?.identity
      return { response: undefined, output: { $metadata: {} } }
    },
    { step: 'finalizeRequest', priority: 'low', name: 'dryRun' },
  )
  const stack = client.middlewareStack.clone()
  // The user's log shall not tell of a request that was never sent.
  stack.remove('loggerMiddleware')
  await command.resolveMiddleware(stack, client.config, {})(command)
  if (request === undefined) throw new Error('the AWS SDK made no request')
  return { request, identity }
}

/** Some of the SDK's headers have capitals, those of a custom endpoint may have; what is signed has none. */
const inLowerCase = ({ protocol, hostname, port, path, method, headers, body }: SdkRequest): SdkRequest => ({
  protocol,
  hostname,
  ...(port === undefined ? {} : { port }),
  path,
  method,
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.trim().replace(/\s+/g, ' ')]),
  ),
  body,
})
