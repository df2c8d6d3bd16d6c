import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { crc32 } from 'node:zlib'
import type { Answer } from './fate.js'
import { answerOf, type ProxiedAnswer } from './proxied-request.js'
import type { ServiceFault } from './service-fault.js'

/** An answer as DynamoDB gives it: JSON with its checksum. */
export const jsonAnswer = (status: number, output: object): ProxiedAnswer => rawAnswer(status, JSON.stringify(output))

const rawAnswer = (status: number, text: string): ProxiedAnswer => {
  const body = Buffer.from(text)
  const headers = {
    'content-type': text.startsWith('<') ? 'text/html' : 'application/x-amz-json-1.0',
    'x-amz-crc32': String(crc32(body)),
    'x-amzn-requestid': randomUUID(),
  }
  return answerOf(status, headers, body)
}

/** An error as DynamoDB gives it. */
export const errorAnswer = ({ name, status, message, members }: ServiceFault): ProxiedAnswer =>
  jsonAnswer(status, { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message, ...members })

/**
 * Gives the client what its fate says in place of DynamoDB's answer.
 *
 * @returns the bytes of the body that were sent
 */
export const reply = (
  response: ServerResponse,
  instead: Answer | undefined,
  answer: ProxiedAnswer | undefined,
): number => {
  if (response.destroyed || instead === 'hang') return 0
  if (typeof instead === 'object') return sendWhole(response, 'name' in instead ? errorAnswer(instead) : raw(instead))
  if (instead === 'reset' || answer === undefined) {
    reset(response.socket)
    return 0
  }
  if (instead === 'truncated') return sendHalf(response, answer)
  if (instead === 'wrong-crc32') {
    const headers = { ...answer.headers, 'x-amz-crc32': String((crc32(answer.body) ^ 1) >>> 0) }
    return sendWhole(response, answerOf(answer.status, headers, answer.body))
  }
  return sendWhole(response, answer)
}

/**
 * A connection that its client has ended already is only closed: libuv refuses to reset it while it shuts down, and Node would keep
 * its handle for ever, and then spin at the end of the process.
 */
const reset = (socket: Socket | null): void => {
  if (socket?.writableEnded) socket.destroy()
  else socket?.resetAndDestroy()
}

const raw = ({ status, body }: { status: number; body: string }) => rawAnswer(status, body)

const sendWhole = (response: ServerResponse, { status, headers, body }: ProxiedAnswer): number => {
  response.writeHead(status, { ...headers, 'content-length': body.byteLength }).end(body)
  return body.byteLength
}

const sendHalf = (response: ServerResponse, { status, headers, body }: ProxiedAnswer): number => {
  const half = body.subarray(0, Math.floor(body.byteLength / 2))
  response.writeHead(status, { ...headers, 'content-length': body.byteLength })
  response.write(half, () => response.socket?.destroy())
  return half.byteLength
}
