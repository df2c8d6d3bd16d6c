import {
  byteStringSerializer,
  intSerializer,
  type Serialization,
  type Serializer,
  serialization,
} from '@dynact/persistence'

/** An event class of the harness; in version 2 its text is stored in reverse. */
export class Note {
  readonly version: number
  readonly text: string

  constructor(version: number, text: string) {
    this.version = version
    this.text = text
  }
}

/** An event class of the harness with an event adapter, whose manifest is the event's, not the payload's. */
export class Adapted {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Bytes that are to be stored as Pekko's ByteString. */
export class ByteString extends Uint8Array {}

const utf8 = new TextEncoder()
const fromUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** As Java's StringBuilder does it: a surrogate pair stays in order. */
const reversed = (text: string): string => [...text].reverse().join('')

/** The harness's serializer 9001: asynchronous, a manifest per version. */
export const noteSerializer: Serializer<Note> = {
  identifier: 9001,
  manifest: ({ version }) => `note-v${version}`,
  toBinary: async ({ version, text }) => utf8.encode(version === 2 ? reversed(text) : text),
  fromBinary: async (bytes, manifest) => {
    const text = fromUtf8.decode(bytes)
    if (manifest === 'note-v1') return new Note(1, text)
    if (manifest === 'note-v2') return new Note(2, reversed(text))
    throw new RangeError(`unknown note manifest ${manifest}`)
  },
}

/** The harness's serializer 9002: no manifest. Synchronous there, asynchronous here: the stored bytes do not tell. */
export const adaptedSerializer: Serializer<Adapted> = {
  identifier: 9002,
  manifest: () => '',
  toBinary: async ({ text }) => utf8.encode(text),
  fromBinary: async (bytes) => new Adapted(fromUtf8.decode(bytes)),
}

/** Reads and writes everything that the peer does, under the peer's identifiers. */
export const harnessSerialization = (): Serialization =>
  serialization({
    bindings: [
      { when: (value) => value instanceof Note, use: noteSerializer },
      { when: (value) => value instanceof Adapted, use: adaptedSerializer },
      { when: (value) => value instanceof ByteString, use: byteStringSerializer },
      { when: (value) => Number.isInteger(value), use: intSerializer },
    ],
  })
