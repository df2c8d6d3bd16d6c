import type { Writable } from 'node:stream'
import { aborted } from './aborted.js'
import { toJson } from './to-json.js'

/** A stream that text goes to. */
export type TextStream = Writable & { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined }

/** Where output goes. */
export interface OutputOptions {
  readonly stdout: TextStream
  readonly stderr: TextStream
  /** Records as JSON lines, no progress. */
  readonly json: boolean
  /** Standard output takes no more: nobody reads it (`dynact ids | head`), or the disk behind it is full, say. */
  readonly onClosed: (error: Error) => void
  /** Ctrl-C. */
  readonly signal: AbortSignal
}

const CLEAR_LINE = '\r\u001B[K'
const MIN_PROGRESS_MS = 100

/** All that the command prints goes through here: results to standard output, the rest to standard error. */
export class Output {
  readonly json: boolean
  readonly #stdout: TextStream
  readonly #stderr: TextStream
  readonly #showsProgress: boolean
  readonly #signal: AbortSignal
  #progress = ''
  #progressAt = 0

  constructor({ stdout, stderr, json, onClosed, signal }: OutputOptions) {
    this.#signal = signal
    this.json = json
    this.#stdout = stdout
    this.#stderr = stderr
    this.#showsProgress = stderr.isTTY === true && !json
    // EPIPE; without a listener it would end the process with a stack trace.
    stdout.on('error', onClosed)
    stderr.on('error', () => undefined)
  }

  /** One result: as a JSON line, or as the text that is made for people. Waits while the reader is slower. */
  async record(value: unknown, text: () => string): Promise<void> {
    await this.write(`${this.json ? toJson(value) : text()}\n`)
  }

  /** Text to standard output, as it is. */
  async write(text: string): Promise<void> {
    this.endProgress()
    if (this.#stdout.destroyed || this.#stdout.write(text)) return
    await new Promise<void>((resolve) => {
      const done = () => {
        for (const event of ['drain', 'close', 'error']) this.#stdout.off(event, done)
        this.#signal.removeEventListener('abort', done)
        resolve()
      }
      for (const event of ['drain', 'close', 'error']) this.#stdout.on(event, done)
      this.#signal.addEventListener('abort', done)
    })
    // A reader that has stopped reading must not keep Ctrl-C waiting.
    this.#signal.throwIfAborted()
  }

  /** Waits until standard output has taken what was written: only then is it known whether it could. */
  async flushed(): Promise<void> {
    const taken = new Promise<void>((resolve) => {
      this.#stdout.write('', () => resolve())
    })
    await Promise.race([taken, aborted(this.#signal)])
  }

  /** A remark to standard error. */
  note(text: string): void {
    this.endProgress()
    this.#stderr.write(`${text}\n`)
  }

  /** How far long work has come; one line that is written over, on a terminal only. */
  progress(text: string): void {
    const now = performance.now()
    if (!this.#showsProgress || now - this.#progressAt < MIN_PROGRESS_MS) return
    this.#progressAt = now
    this.#progress = text.slice(0, (this.#stderr.columns ?? 80) - 1)
    this.#stderr.write(`${CLEAR_LINE}${this.#progress}`)
  }

  /** Takes the progress line away. */
  endProgress(): void {
    if (this.#progress === '') return
    this.#progress = ''
    this.#stderr.write(CLEAR_LINE)
  }
}
