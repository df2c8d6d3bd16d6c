import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { buildConnector, Pool } from 'undici'
import { NeedsSdkError } from '../errors.js'

/** What the SDK's NodeHttpHandler was configured with. */
interface HandlerConfig {
  readonly connectionTimeout?: number
  readonly httpsAgent?: HttpsAgent
  readonly httpAgentProvider?: () => Promise<HttpAgent>
}

/**
 * How a client connects, for undici: TLS (certificates, authorities, server name, …), local address and timeout of the agent in
 * its request handler.
 *
 * @param maxConnectMs - how long connecting may take, in milliseconds, where the client does not say less.
 * @throws {@link NeedsSdkError} the agent is not Node's own: it leads through a proxy, say.
 */
export const connectionOptions = async (
  client: DynamoDBClient,
  origin: string,
  maxConnectMs: number,
): Promise<Pool.Options> => {
  const { connectionTimeout = maxConnectMs, httpsAgent, httpAgentProvider } = await handlerConfig(client)
  const timeout = Math.min(connectionTimeout, maxConnectMs)
  const isTls = origin.startsWith('https:')
  const agent = isTls ? httpsAgent : await httpAgentProvider?.()
  if (agent === undefined) return { connectTimeout: timeout }
  const prototype = isTls ? HttpsAgent.prototype : HttpAgent.prototype
  const isPlain = Object.getPrototypeOf(agent) === prototype && !Object.hasOwn(agent, 'createConnection')
  const { options } = agent as HttpAgent & { options: Record<string, unknown> }
  if (!isPlain || options['proxyEnv'] !== undefined)
    throw new NeedsSdkError(
      `the ${isTls ? 'httpsAgent' : 'httpAgent'} of the client connects in a way of its own, by a proxy perhaps`,
    )
  // path is that of a socket file, timeout that of an idle connection: undici has its own ways for both.
  const { path: _, timeout: __, localAddress, servername, ...rest } = options
  const undici = await import('undici')
  const connect = undici.buildConnector({ ...rest, timeout } as buildConnector.BuildOptions)
  return {
    // undici asks for the certificate of the host in the URL, whatever name the agent was given.
    connect: typeof servername === 'string' ? (to, done) => connect({ ...to, servername }, done) : connect,
    ...(typeof localAddress === 'string' ? { localAddress } : {}),
  }
}

/** The handler tells its configuration only after its first request; until then it has but a promise of it. */
const handlerConfig = async ({ config: { requestHandler } }: DynamoDBClient): Promise<HandlerConfig> => {
  const { httpHandlerConfigs, configProvider } = requestHandler as unknown as {
    httpHandlerConfigs?: () => HandlerConfig
    configProvider?: Promise<HandlerConfig>
  }
  const known = httpHandlerConfigs?.call(requestHandler)
  return known?.httpsAgent === undefined ? ((await configProvider) ?? {}) : known
}
