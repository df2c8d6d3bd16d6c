import { Agent, request } from 'node:http'
import { crc32 } from 'node:zlib'

/** An answer as it came over the wire. */
export interface RawResponse {
  readonly status: number
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: the outputs of all operations.
  readonly json: any
  /** Does the checksum fit the body? */
  readonly isCrc32Right: boolean
}

/** Speaks DynamoDB's protocol to an endpoint, unsigned, by node:http. */
export class RawClient {
  readonly endpoint: string
  readonly #agent = new Agent({ keepAlive: true })

  constructor(endpoint: string) {
    this.endpoint = endpoint
  }

  /** Rejects with the network's error, or when the body ends early. */
  send(operation: string, input: object | string, signal?: AbortSignal): Promise<RawResponse> {
    return new Promise((resolve, reject) => {
      const headers = {
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-date': '20250101T000000Z',
        authorization:
          'AWS4-HMAC-SHA256 Credential=test/20250101/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
      }
      const outgoing = request(this.endpoint, {
        agent: this.#agent,
        method: 'POST',
        headers,
        ...(signal && { signal }),
      })
      outgoing.on('error', reject)
      outgoing.on('response', (incoming) => {
        const chunks: Uint8Array[] = []
        incoming.on('data', (chunk: Uint8Array) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const body = Buffer.concat(chunks)
          const text = body.toString()
          const isCrc32Right = incoming.headers['x-amz-crc32'] === String(crc32(body))
          const json = text.startsWith('{') ? JSON.parse(text) : undefined
          resolve({ status: incoming.statusCode ?? 0, text, json, isCrc32Right })
        })
      })
      outgoing.end(typeof input === 'string' ? input : JSON.stringify(input))
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}
