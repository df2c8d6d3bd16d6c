import { Agent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { answerOf, type ProxiedAnswer } from './proxied-request.js'

/** Headers of one connection, not of the message; and what would compress an answer that may have to be altered. */
const NOT_PASSED_ON = ['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'accept-encoding', 'expect']

/** Below the idle time of any DynamoDB, so that no request is sent into a connection that is being closed. */
const IDLE_MS = 4_000

/** One HTTP message to DynamoDB. */
export interface Message {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array
}

/** The connections to the DynamoDB behind the proxy. */
export class Upstream {
  readonly #target: URL
  readonly #agent = new Agent({ keepAlive: true, timeout: IDLE_MS })

  constructor(target: URL) {
    this.#target = target
  }

  /** Sends a message and reads the whole answer. Rejects with the network's error. */
  send({ method, path, headers, body }: Message): Promise<ProxiedAnswer> {
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest({
        agent: this.#agent,
        host: this.#target.hostname.replace(/^\[|\]$/g, ''),
        port: this.#target.port === '' ? 80 : this.#target.port,
        method,
        path,
        headers: { ...passedOn(headers), 'content-length': body.byteLength },
      })
      outgoing.on('error', reject)
      outgoing.on('response', (incoming) => {
        bytesOf(incoming).then(
          (bytes) => resolve(answerOf(incoming.statusCode ?? 502, passedOn(incoming.headers), bytes)),
          reject,
        )
      })
      outgoing.end(body)
    })
  }

  /** Cuts every connection. */
  close(): void {
    this.#agent.destroy()
  }
}

/** All bytes of a message. Rejects when it ends early. */
export const bytesOf = async (message: IncomingMessage): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of message) chunks.push(chunk)
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
}

const passedOn = (headers: IncomingHttpHeaders): IncomingHttpHeaders => {
  const kept = { ...headers }
  for (const name of NOT_PASSED_ON) delete kept[name]
  return kept
}
