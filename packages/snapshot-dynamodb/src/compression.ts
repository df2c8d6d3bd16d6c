import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import type { ResolvedSnapshotStoreConfig } from './config.js'

const deflate = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.deflate)
const inflate = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.inflate)

/** A byte of deflate's output stands for so many bytes of its input at most (zlib's technical details). */
const MAX_ZLIB_RATIO = 1_032

/** The bytes compressed, or `undefined` where that is not wanted. Off the event loop. */
export const compress = async (
  bytes: Uint8Array,
  { algorithm, minBytes, level }: ResolvedSnapshotStoreConfig['compression'],
): Promise<Uint8Array | undefined> =>
  algorithm === 'none' || bytes.byteLength < minBytes ? undefined : deflate(bytes, { level })

/**
 * The bytes as they were before; never more than they were, whatever the compressed ones would give.
 *
 * @throws Error - they are damaged, or not of that size; the message says which.
 */
export const decompress = async (compressed: Uint8Array, uncompressedSize: number): Promise<Uint8Array> => {
  if (uncompressedSize > compressed.byteLength * MAX_ZLIB_RATIO)
    throw new RangeError(`${compressed.byteLength} compressed bytes can't be ${uncompressedSize} uncompressed`)
  // 0 would be no limit.
  const bytes = await inflate(compressed, { maxOutputLength: Math.max(uncompressedSize, 1) })
  if (bytes.byteLength === uncompressedSize) return bytes
  throw new RangeError(`it has ${bytes.byteLength} bytes uncompressed, and should have ${uncompressedSize}`)
}
