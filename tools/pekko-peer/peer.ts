import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { SnapshotSelectionCriteria } from '@dynact/persistence'
import type { SeenEvent, SeenSnapshot, TypedValue } from './typed-value.js'

/** What a recovery by a real persistent actor came to. */
export interface PeerRecovery {
  readonly highestSequenceNr: number
  readonly snapshot?: SeenSnapshot
  readonly events: readonly SeenEvent[]
  readonly failure?: string
}

/** What a recovery by the peer is to start from and to end at; everything by default. */
export interface PeerRecoveryOptions {
  /** `false`: not from a snapshot. */
  readonly snapshot?: boolean | undefined
  /** Which snapshot; the newest by default. */
  readonly criteria?: SnapshotSelectionCriteria | undefined
  readonly toSequenceNr?: number | undefined
  readonly max?: number | undefined
}

/** The tables that a peer works on. */
export interface PeerTables {
  readonly endpoint: string
  readonly journalTable: string
  readonly snapshotTable: string
}

interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}

/** Small and quick to start rather than quick in the long run. */
const JVM_OPTIONS = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
const CLOSE_MS = 10_000

/** The real Pekko plugin in a process of its own; it does one command after the other. */
export class PekkoPeer {
  readonly #process: ChildProcessWithoutNullStreams
  readonly #exited: Promise<unknown>
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(reason: Error): void }>()
  #commands = 0
  /** The end of what it logged. */
  #log = ''
  /** Why it takes no more commands. */
  #ended: Error | undefined

  private constructor(jar: string, { endpoint, journalTable, snapshotTable }: PeerTables) {
    const tables = ['--endpoint', endpoint, '--journal-table', journalTable, '--snapshot-table', snapshotTable]
    this.#process = spawn('java', [...JVM_OPTIONS, '-jar', jar, 'serve', ...tables])
    this.#exited = once(this.#process, 'close')
    this.#exited.then(
      () => this.#end(new Error(`The Pekko peer has ended.\n${this.#log}`)),
      (cause: unknown) => this.#end(new Error('The Pekko peer could not be started.', { cause })),
    )
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#log = (this.#log + text).slice(-4_000)
    })
    this.#process.stdin.on('error', () => undefined) // it has ended, which is told above
    createInterface(this.#process.stdout).on('line', (line) => this.#take(JSON.parse(line) as Answer))
  }

  /** Starts a peer and waits until it answers, some seconds. */
  static async start(tables: PeerTables): Promise<PekkoPeer> {
    const jar = process.env['DYNACT_PEKKO_PEER']
    if (jar === undefined) throw new Error('No Pekko peer was built: it is there for *.interop tests only.')
    const peer = new PekkoPeer(jar, tables)
    await peer.#send('ping', {})
    return peer
  }

  /** Recovers an actor. */
  recover(pid: string, options: PeerRecoveryOptions = {}): Promise<PeerRecovery> {
    return this.#send('recover', { pid, ...options })
  }

  /**
   * Persists events one after the other, by an actor that has just recovered; a rejected one does not stop it.
   * @returns the sequence numbers of the rejected events.
   */
  async persist(pid: string, events: readonly TypedValue[]): Promise<readonly number[]> {
    const { rejected } = await this.#send<{ rejected: number[] }>('append', { pid, events })
    return rejected
  }

  /** Persists events by one `persistAll`; with a snapshot, that is saved when so many of them have been handled. */
  persistAll(
    pid: string,
    events: readonly TypedValue[],
    snapshot?: { readonly after: number; readonly state: TypedValue },
  ): Promise<unknown> {
    return this.#send('append', {
      pid,
      events,
      atomic: true,
      ...(snapshot && { snapshotAfter: snapshot.after, snapshotState: snapshot.state }),
    })
  }

  /** `deleteMessages` by an actor that has just recovered. */
  deleteTo(pid: string, toSequenceNr: number): Promise<unknown> {
    return this.#send('delete', { pid, toSequenceNr })
  }

  /** Saves a snapshot at the end of the history. */
  saveSnapshot(pid: string, state: TypedValue): Promise<unknown> {
    return this.#send('snapshot', { pid, state })
  }

  deleteSnapshots(pid: string, criteria: SnapshotSelectionCriteria): Promise<unknown> {
    return this.#send('deleteSnapshots', { pid, criteria })
  }

  /** The read journal's persistence ids, by the index or by a scan of the table, sorted. */
  currentPersistenceIds(options: { readonly scan?: boolean } = {}): Promise<string[]> {
    return this.#send('currentIds', options)
  }

  /** The read journal's events of one id. */
  currentEventsByPersistenceId(pid: string): Promise<SeenEvent[]> {
    return this.#send('currentEvents', { pid })
  }

  /** Lets the peer end by itself, and ends it if it does not. */
  async close(): Promise<void> {
    this.#process.stdin.end()
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), CLOSE_MS)
    await this.#exited
    clearTimeout(timer)
  }

  #send<T>(what: string, facts: object): Promise<T> {
    const id = ++this.#commands
    return new Promise<T>((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended)
      this.#waiting.set(id, { resolve: (result) => resolve(result as T), reject })
      this.#process.stdin.write(`${JSON.stringify({ id, do: what, ...facts })}\n`)
    })
  }

  #take({ id, result, error }: Answer): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) waiting?.resolve(result)
    else waiting?.reject(new Error(error))
  }

  #end(reason: Error): void {
    this.#ended = reason
    for (const { reject } of this.#waiting.values()) reject(reason)
    this.#waiting.clear()
  }
}

/** Tests that need the real plugin; where it cannot run they are listed as skipped, with the reason. */
export function describeWithPekko(name: string, tests: () => void): void {
  const missing = process.env['DYNACT_PEKKO_PEER_MISSING']
  if (missing === undefined) describe(name, tests)
  // biome-ignore lint/suspicious/noSkippedTests: only where it cannot run, and its name says why.
  else test.skip(`${name} [${missing}]`, () => undefined)
}
