import { crc32 } from 'node:zlib'
import { InvalidResponseError, ResponseChecksumError } from '../errors.js'

/**
 * @param checksum - DynamoDB's header `x-amz-crc32`, of the body as it was sent.
 * @throws {@link ResponseChecksumError} the body is another one.
 * @throws {@link InvalidResponseError} there is no body: every answer of DynamoDB's has one.
 */
export const checkBody = (body: Uint8Array, checksum: string | string[] | undefined, statusCode: number): void => {
  if (checksum !== undefined && Number(checksum) !== crc32(body))
    throw new ResponseChecksumError(`the answer has the checksum ${crc32(body)}, not ${checksum}`, statusCode)
  if (body.byteLength === 0) throw new InvalidResponseError(`HTTP ${statusCode} with an empty body`, statusCode)
}
