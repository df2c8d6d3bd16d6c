import {
  bytesSerializer,
  jsonSerializer,
  LEFT_OUT,
  type SerializationContext,
  SerializationError,
  type Serializer,
} from '@dynact/persistence'
import { encryptedSerializer, inMemoryKeyStore, type KeyStore, Shredded } from '@dynact/serialization-encrypted'
import { rejectionOf } from '../../../tools/test-support/failures.js'

const context: SerializationContext = { persistenceId: 'orders-7', sequenceNr: 3, kind: 'event' }
const json = jsonSerializer()
/** JSON with a manifest that tells what has happened. */
const telling: Serializer = { ...json, identifier: 1300, manifest: () => 'PatientDiagnosed' }
const make = (more: object = {}) => {
  const keys = inMemoryKeyStore()
  return { keys, serializer: encryptedSerializer({ identifier: 1700, inner: telling, keys, ...more }) }
}
const manifest = 'aes-256-gcm/1300'

test('gives back what it was given, with the context and the manifest that the inner serializer needs', async () => {
  const asked: unknown[] = []
  const inner: Serializer = {
    ...telling,
    toBinary: (value, given) => {
      asked.push(given)
      return json.toBinary(value)
    },
    fromBinary: (bytes, given, where) => {
      asked.push(given, where)
      return json.fromBinary(bytes, '')
    },
  }
  const { serializer } = make({ inner })
  const stored = await serializer.toBinary({ a: 1 }, context)

  expect(serializer.manifest({ a: 1 })).toBe(manifest)
  expect(await serializer.fromBinary(stored, manifest, context)).toEqual({ a: 1 })
  expect(asked).toEqual([context, 'PatientDiagnosed', context])
})

test('shows nothing of the value, nor of what has happened, and never the same twice', async () => {
  const { serializer } = make()
  const [one, two] = [await serializer.toBinary('secret', context), await serializer.toBinary('secret', context)]

  expect(Buffer.from(one).toString('latin1')).not.toMatch(/secret|Patient/)
  expect(Buffer.compare(one, two)).not.toBe(0)
  expect(one.length).toBe('"secret"'.length + 'PatientDiagnosed'.length + 37)
})

test('an empty payload, and an id beyond ASCII', async () => {
  const { serializer } = make({ inner: bytesSerializer })
  const at = { persistenceId: 'ä|😀', sequenceNr: Number.MAX_SAFE_INTEGER }

  expect(await serializer.fromBinary(await serializer.toBinary(new Uint8Array(), at), 'aes-256-gcm/4', at)).toEqual(
    new Uint8Array(),
  )
})

describe('tampering is found', () => {
  test('in every bit', async () => {
    const { serializer } = make()
    const stored = await serializer.toBinary(1, context)
    for (let bit = 0; bit < stored.length * 8; bit++) {
      const changed = stored.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
      expect(await rejectionOf(serializer.fromBinary(changed, manifest, context))).toBeInstanceOf(SerializationError)
    }
  })

  test('in a payload that was cut off, at any length, or is longer', async () => {
    const { serializer } = make()
    const stored = await serializer.toBinary(1, context)
    for (let length = 0; length < stored.length; length++) {
      const cut = stored.subarray(0, length)
      expect(await rejectionOf(serializer.fromBinary(cut, manifest, context))).toBeInstanceOf(SerializationError)
    }
    const longer = Uint8Array.of(...stored, 0)
    expect(await rejectionOf(serializer.fromBinary(longer, manifest, context))).toBeInstanceOf(SerializationError)
  })

  test.each<[string, SerializationContext]>([
    ['another sequence number', { ...context, sequenceNr: 4 }],
    ['a snapshot', { ...context, kind: 'snapshot' }],
    ['another id', { ...context, persistenceId: 'orders-8' }],
  ])('in the place of %s', async (_, place) => {
    const { keys, serializer } = make()
    const stored = await serializer.toBinary(1, context)
    await keys.getOrCreate(place.persistenceId)

    const failure = await rejectionOf(serializer.fromBinary(stored, manifest, place))

    expect(failure).toBeInstanceOf(SerializationError)
    expect(failure).toMatchObject({
      persistenceId: place.persistenceId,
      sequenceNr: place.sequenceNr,
      serializerId: 1700,
      serializerManifest: manifest,
      message: expect.stringContaining('not authentic'),
    })
  })

  test('in the place of another id that has the same key', async () => {
    const shared = { version: 1, key: new Uint8Array(32) }
    const keys: KeyStore = { getOrCreate: async () => shared, get: async () => shared, forget: async () => {} }
    const { serializer } = make({ keys })
    const stored = await serializer.toBinary(1, context)

    const other = { ...context, persistenceId: 'orders-8' }
    expect(await rejectionOf(serializer.fromBinary(stored, manifest, other))).toBeInstanceOf(SerializationError)
    expect(await serializer.fromBinary(stored, manifest, context)).toBe(1)
  })

  test('under another encrypting serializer, another inner one, and another manifest', async () => {
    const { keys, serializer } = make()
    const stored = await serializer.toBinary(1, context)
    const sibling = encryptedSerializer({ identifier: 1701, inner: telling, keys })
    const around = encryptedSerializer({ identifier: 1700, inner: json, keys })

    expect(await rejectionOf(sibling.fromBinary(stored, manifest, context))).toBeInstanceOf(SerializationError)
    expect(await rejectionOf(around.fromBinary(stored, 'aes-256-gcm/1100', context))).toBeInstanceOf(SerializationError)
    expect(String(await rejectionOf(around.fromBinary(stored, manifest, context)))).toMatch(/aes-256-gcm\/1100 only/)
  })
})

describe('after forget', () => {
  const forgotten = async (onShredded?: 'marker' | 'skip' | 'fail') => {
    const { keys, serializer } = make({ onShredded })
    const stored = await serializer.toBinary('secret', context)
    const other = { ...context, persistenceId: 'orders-8' }
    const ofOther = await serializer.toBinary('kept', other)
    await serializer.forget('orders-7')
    expect(await serializer.fromBinary(ofOther, manifest, other)).toBe('kept')
    return { keys, serializer, read: () => serializer.fromBinary(stored, manifest, context) }
  }

  test('a payload is read as a marker', async () => {
    const shredded = await (await forgotten()).read()

    expect(shredded).toBeInstanceOf(Shredded)
    expect(shredded).toEqual({ persistenceId: 'orders-7', sequenceNr: 3 })
  })

  test('or is left out', async () => {
    expect(await (await forgotten('skip')).read()).toBe(LEFT_OUT)
  })

  test('or fails', async () => {
    const failure = await rejectionOf((await forgotten('fail')).read())

    expect(failure).toBeInstanceOf(SerializationError)
    expect(String(failure)).toMatch(/forgotten/)
  })

  test('nothing can be written, until it is asked for', async () => {
    const { keys, serializer, read } = await forgotten()
    await expect(serializer.toBinary(1, context)).rejects.toThrow(/forgotten.*revive/)

    await keys.revive('orders-7')
    const again = await serializer.toBinary('again', context)

    expect(await serializer.fromBinary(again, manifest, context)).toBe('again')
    expect(await read()).toBeInstanceOf(Shredded)
  })

  test('a key that was never there does not pass for a forgotten one', async () => {
    const { serializer } = make()
    const stored = await serializer.toBinary(1, context)
    const elsewhere = make({ onShredded: 'skip' }).serializer

    const failure = await rejectionOf(elsewhere.fromBinary(stored, manifest, context))

    expect(failure).toBeInstanceOf(SerializationError)
    expect(String(failure)).toMatch(/no data key of version 1/)
  })

  test('a key that can not be had for now is told as such: the payload may be all right', async () => {
    const { keys, serializer } = make()
    const bytes = await serializer.toBinary('secret', context)
    const cause = new Error('throttled')
    const busy: KeyStore = {
      getOrCreate: (id) => keys.getOrCreate(id),
      forget: (id) => keys.forget(id),
      get: () => Promise.reject(cause),
    }

    const error = await rejectionOf(make({ keys: busy }).serializer.fromBinary(bytes, manifest, context))

    expect(error).toMatchObject({
      code: 'SERIALIZATION',
      isTransient: true,
      ...{ persistenceId: 'orders-7', sequenceNr: 3 },
    })
    expect(String(error)).toContain('its data key could not be had: throttled')
    const damaged = await rejectionOf(make({ keys }).serializer.fromBinary(bytes.slice(1), manifest, context))
    expect(damaged).toMatchObject({ isTransient: false })
  })

  test('a key store of the user that only says what is there is believed', async () => {
    const held = new Map<string, { version: number; key: Uint8Array }>()
    const keys: KeyStore = {
      getOrCreate: async (id) => {
        const key = held.get(id) ?? { version: 1, key: new Uint8Array(32).fill(7) }
        held.set(id, key)
        return key
      },
      get: async (id) => held.get(id),
      forget: async (id) => {
        held.delete(id)
      },
    }
    const { serializer } = make({ keys })
    const stored = await serializer.toBinary(1, context)
    expect(await serializer.fromBinary(stored, manifest, context)).toBe(1)
    await serializer.forget('orders-7')

    expect(await serializer.fromBinary(stored, manifest, context)).toBeInstanceOf(Shredded)
  })
})

test('after a rotation, new payloads have the new key, and old ones are read', async () => {
  const { keys, serializer } = make()
  const before = await serializer.toBinary('before', context)
  const old = await keys.getOrCreate('orders-7')

  const rotated = await keys.rotate('orders-7')
  const after = await serializer.toBinary('after', context)

  expect(rotated.version).toBe(2)
  expect(Buffer.compare(old.key, rotated.key)).not.toBe(0)
  expect([before[4], after[4]]).toEqual([1, 2])
  expect(await serializer.fromBinary(before, manifest, context)).toBe('before')
  expect(await serializer.fromBinary(after, manifest, context)).toBe('after')
})

test('must be told where the payload belongs', async () => {
  const { serializer } = make()

  await expect(serializer.toBinary(1)).rejects.toThrow(/context/)
  await expect(serializer.fromBinary(new Uint8Array(99), manifest)).rejects.toThrow(/context/)
})

test.each<[string, object]>([
  ['no inner serializer', { inner: undefined }],
  ['no keys', { keys: {} }],
  ['an unknown choice', { onShredded: 'ignore' }],
  ['an unknown option', { key: 1 }],
])('refuses %s', (_, options) => {
  expect(() => make(options)).toThrow(expect.objectContaining({ code: 'CONFIG' }))
})
