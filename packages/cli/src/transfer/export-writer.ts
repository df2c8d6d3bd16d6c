import { Checksum } from './checksum.js'
import { HEADER, type SourceRecord } from './transfer-record.js'

/** Turns what a source gives into the lines of an export, checkpoints among them. */
export class ExportWriter {
  readonly #checksum: Checksum
  readonly #write: (text: string) => Promise<void>
  #hasBegun: boolean

  /** @param goesOnAfter - the checksum of the last checkpoint; '' at the beginning. */
  constructor(write: (text: string) => Promise<void>, goesOnAfter = '') {
    this.#write = write
    this.#checksum = new Checksum(goesOnAfter)
    this.#hasBegun = goesOnAfter !== ''
  }

  async take(record: SourceRecord): Promise<void> {
    if (!this.#hasBegun) await this.#line(JSON.stringify(HEADER))
    this.#hasBegun = true
    if (record.type !== 'page') return this.#line(JSON.stringify(record))
    const { cursor } = record
    const checkpoint = { type: 'checkpoint', ...(cursor !== undefined && { cursor }), ...this.#checksum.next() }
    await this.#write(`${JSON.stringify(checkpoint)}\n`)
  }

  async #line(text: string): Promise<void> {
    this.#checksum.add(text)
    await this.#write(`${text}\n`)
  }
}
