import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, stat, watch, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { BatchWriteItemCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import type { Item } from '@dynact/dynamodb'
import {
  createJournalTable,
  type DynamoDBJournal,
  deleteJournalTable,
  dynamoDBJournal,
  type JournalConfig,
  type JournalTableConfig,
} from '@dynact/journal-dynamodb'
import { MonotonicTimestamps, type PersistentRepr } from '@dynact/persistence'
import {
  createSnapshotTable,
  type DynamoDBSnapshotStore,
  deleteSnapshotTable,
  dynamoDBSnapshotStore,
} from '@dynact/snapshot-dynamodb'
import { testClientConfig, uniqueTableName } from '../../../tools/test-support/index.js'

const BIN = join(import.meta.dirname, '../dist/bin.js')
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
/** Of util-linux. */
const SCRIPT = '/usr/bin/script'
const retry = { attemptMs: 20_000, totalMs: 40_000 }

/** How a run of the command ended, and what it printed. */
export interface CliRun {
  readonly code: number | NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** Standard output, line by line. */
  readonly lines: readonly string[]
  /** Standard output as JSON lines. */
  // biome-ignore lint/suspicious/noExplicitAny: records of all commands.
  readonly records: any[]
}

/** A run that is under way. */
export interface RunningCli {
  readonly child: ChildProcess
  /** Resolves with the first line of standard output or standard error that matches. */
  lineMatching(pattern: RegExp): Promise<string>
  /** Resolves when the text has been printed, a prompt say, which ends no line. */
  shown(text: string): Promise<void>
  readonly ended: Promise<CliRun>
}

/** Tables of the test file's own, what fills them, and the command as a process of its own on them. */
export class CliFixture {
  readonly table = uniqueTableName('cli')
  readonly snapshotTable = uniqueTableName('cli-snapshot')
  readonly client = new DynamoDBClient({ ...testClientConfig(), maxAttempts: 3 })
  /** What node is started with: a limit of its memory, say. */
  nodeOptions: readonly string[] = []
  readonly #timestamps = new MonotonicTimestamps()
  readonly #open: { close(): Promise<void> }[] = []
  readonly #tables: string[] = []
  #folder: string | undefined

  async create(config: Pick<JournalTableConfig, 'queries' | 'persistenceIdsIndex'> = { queries: {} }): Promise<void> {
    await createJournalTable(this.client, { ...config, table: this.table })
    await createSnapshotTable(this.client, { table: this.snapshotTable })
  }

  async remove(): Promise<void> {
    await Promise.all(this.#open.map((one) => one.close()))
    for (const table of [this.table, ...this.#tables]) await deleteJournalTable(this.client, { table })
    await deleteSnapshotTable(this.client, { table: this.snapshotTable })
    this.client.destroy()
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true })
  }

  /** Name of one more table, which is deleted in the end if it is there. */
  anotherTable(): string {
    const table = uniqueTableName('cli')
    this.#tables.push(table)
    return table
  }

  /** A table that the test has made itself. */
  alsoRemove(table: string): void {
    this.#tables.push(table)
  }

  async tablesBeginningWith(prefix: string): Promise<string[]> {
    const { TableNames = [] } = await this.client.send(new ListTablesCommand({ ExclusiveStartTableName: prefix }))
    return TableNames.filter((name) => name.startsWith(prefix))
  }

  /** The folder that the command runs in, empty but for what the test puts there. */
  async folder(): Promise<string> {
    this.#folder ??= await mkdtemp(join(tmpdir(), 'dynact-cli-'))
    return this.#folder
  }

  /** Resolves when a file of the folder has more bytes than that. */
  async fileLargerThan(name: string, bytes: number): Promise<void> {
    const folder = await this.folder()
    for await (const _ of watch(folder)) {
      const { size } = await stat(join(folder, name)).catch(() => ({ size: 0 }))
      if (size > bytes) return
    }
  }

  async file(name: string, text: string): Promise<string> {
    const path = join(await this.folder(), name)
    await writeFile(path, text)
    return path
  }

  journal(config: Partial<JournalConfig> = {}): DynamoDBJournal {
    const journal = dynamoDBJournal({ client: this.client, table: this.table, retry, queries: {}, ...config })
    this.#open.push(journal)
    return journal
  }

  snapshotStore(): DynamoDBSnapshotStore {
    const store = dynamoDBSnapshotStore({ client: this.client, table: this.snapshotTable, retry })
    this.#open.push(store)
    return store
  }

  events(persistenceId: string, from: number, to = from, tags: readonly string[] = []): PersistentRepr[] {
    return Array.from({ length: to - from + 1 }, (_, index) => ({
      persistenceId,
      sequenceNr: from + index,
      payload: { n: from + index },
      manifest: '',
      writerUuid: 'writer-1',
      timestamp: this.#timestamps.next(),
      tags,
    }))
  }

  /** Writes the events as one batch. */
  async write(persistenceId: string, from: number, to = from, tags?: readonly string[], journal = this.journal()) {
    await journal.writeEvents({ persistenceId, events: this.events(persistenceId, from, to, tags) })
  }

  async put(table: string, items: readonly Item[]): Promise<void> {
    for (let from = 0; from < items.length; from += 25) {
      const puts = items.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } }))
      const { UnprocessedItems } = await this.client.send(
        new BatchWriteItemCommand({ RequestItems: { [table]: puts } }),
      )
      expect(UnprocessedItems).toEqual({})
    }
  }

  /** Runs the command on these tables to its end. */
  async run(...args: readonly string[]): Promise<CliRun> {
    return (await this.start(...args)).ended
  }

  /** Starts the command on these tables. */
  async start(...args: readonly string[]): Promise<RunningCli> {
    const { endpoint, region } = testClientConfig()
    const tables = ['--table', this.table, '--snapshot-table', this.snapshotTable]
    return this.startBare('--endpoint', endpoint, '--region', String(region), ...tables, ...args)
  }

  /** Starts the command with nothing but these arguments. */
  async startBare(...args: readonly string[]): Promise<RunningCli> {
    if (!existsSync(BIN)) throw new Error(`${BIN} is missing: run npm run build first`)
    const child = spawn(process.execPath, [...this.nodeOptions, BIN, ...args], {
      cwd: await this.folder(),
      env: { PATH: process.env['PATH'], ...CREDENTIALS },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return running(child)
  }

  /** Starts the command on these tables in a terminal of its own, which shows standard output and standard error together. */
  async startOnTerminal(...args: readonly string[]): Promise<RunningCli> {
    if (!existsSync(SCRIPT)) throw new Error(`${SCRIPT} is missing, which makes a terminal: install Debian's bsdutils`)
    const { endpoint, region } = testClientConfig()
    const where = ['--endpoint', endpoint, '--region', String(region)]
    const tables = ['--table', this.table, '--snapshot-table', this.snapshotTable]
    const line = [process.execPath, BIN, ...where, ...tables, ...args].map((word) => `'${word}'`).join(' ')
    const child = spawn(SCRIPT, ['-qec', line, '/dev/null'], {
      cwd: await this.folder(),
      env: { PATH: process.env['PATH'], SHELL: '/bin/sh', TERM: 'xterm', ...CREDENTIALS },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    return running(child)
  }
}

const running = (child: ChildProcess): RunningCli => {
  const printed = { stdout: '', stderr: '' }
  const seen: string[] = []
  const waiting = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = child[name]
    if (stream === null) throw new Error(`no ${name}`)
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text
      for (const look of waiting) look()
    })
    createInterface({ input: stream }).on('line', (line) => {
      seen.push(line)
      for (const look of waiting) look()
    })
  }
  const ended = new Promise<CliRun>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      const { stdout, stderr } = printed
      const lines = stdout === '' ? [] : stdout.trimEnd().split('\n')
      resolve({
        code: signal ?? code,
        stdout,
        stderr,
        lines,
        get records() {
          return lines.map((line) => JSON.parse(line))
        },
      })
    })
  })
  const first = <T>(find: () => T | undefined, what: string): Promise<T> =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = find()
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
      ended.then(({ stdout, stderr }) => reject(new Error(`It ended without ${what}: ${stdout}${stderr}`)), reject)
    })
  return {
    child,
    ended,
    lineMatching: (pattern) => first(() => seen.find((line) => pattern.test(line)), `a line like ${pattern}`),
    shown: (text) =>
      first(() => Object.values(printed).some((all) => all.includes(text)) || undefined, text).then(() => undefined),
  }
}
