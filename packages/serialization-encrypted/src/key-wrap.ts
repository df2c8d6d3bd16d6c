import { createHmac } from 'node:crypto'
import { PersistenceError } from '@dynact/persistence'
import { OVERHEAD_BYTES, open, seal } from './aes-gcm.js'

/** Which data key is wrapped. Authenticate it (with AWS KMS: the encryption context), so that keys can't be swapped. */
export interface WrapContext {
  readonly persistenceId: string
  readonly version: number
}

/** Encrypts data keys, so that whoever reads their table has none of them: AWS KMS's Encrypt and Decrypt, say. */
export interface KeyWrap {
  wrap(key: Uint8Array, context: WrapContext): Uint8Array | Promise<Uint8Array>
  unwrap(wrapped: Uint8Array, context: WrapContext): Uint8Array | Promise<Uint8Array>
}

/** The form of a wrapped key: this byte, the master key's name, IV, encrypted key, tag. Stored; never change. */
const VERSION = 1
const NAME_BYTES = 4
const HEADER_BYTES = 1 + NAME_BYTES

/** Tells master keys apart, and nothing about them. */
const nameOf = (masterKey: Uint8Array): Buffer =>
  createHmac('sha256', masterKey).update('dynact master key name').digest().subarray(0, NAME_BYTES)

const about = ({ persistenceId, version }: WrapContext): readonly string[] => [
  'dynact data key',
  persistenceId,
  String(version),
]

/** Wraps by AES-256-GCM under the first of the master keys; unwraps what any of them has wrapped. */
export const masterKeyWrap = (masterKeys: readonly Uint8Array[]): KeyWrap => {
  const named = masterKeys.map((key) => ({ key, name: nameOf(key) }))
  return {
    wrap: (key, context) => {
      const first = named[0]
      if (first === undefined) throw new PersistenceError('there is no master key')
      return Buffer.concat([Uint8Array.of(VERSION), first.name, seal(first.key, key, about(context))])
    },
    unwrap: (wrapped, context) => {
      const { persistenceId } = context
      const refuse = (why: string, cause?: unknown): PersistenceError =>
        new PersistenceError(
          `${persistenceId}: its data key of version ${context.version} can't be unwrapped: ${why}`,
          {
            persistenceId,
            cause,
          },
        )
      if (wrapped.length < HEADER_BYTES + OVERHEAD_BYTES || wrapped[0] !== VERSION)
        throw refuse('it is none that a master key has wrapped. Use the wrap and unwrap that it was stored with.')
      const name = Buffer.from(wrapped.subarray(1, HEADER_BYTES))
      const master = named.find((one) => one.name.equals(name))
      if (master === undefined)
        throw refuse(
          `no master key is called ${name.toString('hex')}. Add the one that wrapped it to masterKey, behind the first.`,
        )
      try {
        return open(master.key, wrapped.subarray(HEADER_BYTES), about(context))
      } catch (cause) {
        throw refuse('it was changed, or belongs to another id. Restore the item from a backup.', cause)
      }
    },
  }
}
