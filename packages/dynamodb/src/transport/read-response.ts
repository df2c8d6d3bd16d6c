import { InvalidResponseError } from '../errors.js'
import { checkBody } from './check-body.js'
import { decodeBinaries } from './decode-binaries.js'
import type { HttpResponse } from './exchange.js'
import { type ResponseMetadata, serviceError } from './service-error.js'

/**
 * The output of an operation, as the SDK gives it.
 *
 * @throws the service's error, with the SDK's class and name.
 * @throws {@link ResponseChecksumError} the body is not the one that was sent.
 * @throws {@link InvalidResponseError} the body is not DynamoDB's JSON.
 */
export const readResponse = ({ statusCode, headers, body }: HttpResponse, $metadata: ResponseMetadata): object => {
  checkBody(body, headers['x-amz-crc32'], statusCode)
  const answer = parse(body, statusCode)
  decodeBinaries(answer)
  if (statusCode === 200) return Object.assign(answer, { $metadata })
  throw (
    serviceError(answer, $metadata) ??
    new InvalidResponseError(`HTTP ${statusCode} without a type of error`, statusCode)
  )
}

const parse = (body: Buffer, statusCode: number): Record<string, unknown> => {
  let answer: unknown
  try {
    answer = JSON.parse(body.toString())
  } catch {
    // The engine's own error quotes the answer, and with it what is stored.
    throw new InvalidResponseError(`HTTP ${statusCode} with ${body.length} bytes that are not JSON`, statusCode)
  }
  if (typeof answer === 'object' && answer !== null && !Array.isArray(answer)) return answer as Record<string, unknown>
  throw new InvalidResponseError(`HTTP ${statusCode} with JSON that is not an object`, statusCode)
}
