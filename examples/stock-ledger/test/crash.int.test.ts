import type { ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createJournalTable, dynamoDBJournal } from '@dynact/journal-dynamodb'
import { startEmbeddedDynamoDB } from '@dynact/testkit'
import { killTree, type Run, runExample } from './example.js'

interface Row {
  readonly month: string
  readonly price: number
}

/** The file, read without the example's code. */
const readFileRows = async () => {
  const entry = import.meta.resolve('vega-datasets')
  const rows = (await readFile(new URL('../data/stocks.csv', entry), 'utf8')).trim().split('\n').slice(1)
  const bySymbol = new Map<string, Row[]>()
  for (const row of rows) {
    const [symbol = '', date = '', price = ''] = row.trim().split(',')
    const month = new Date(`${date} UTC`).toISOString().slice(0, 7)
    bySymbol.set(symbol, [...(bySymbol.get(symbol) ?? []), { month, price: Number(price) }])
  }
  return bySymbol
}

/** All events of each symbol, read with the journal straight from the folder of the example's database. */
const readStoredRows = async (folder: string, symbols: Iterable<string>) => {
  await using dynamodb = await startEmbeddedDynamoDB({ path: join(folder, 'database') })
  const client = dynamodb.client()
  const table = 'stock-ledger-journal'
  // It may have been killed before it made the table.
  await createJournalTable(client, { table })
  const journal = dynamoDBJournal({ client, table })
  const bySymbol = new Map<string, Row[]>()
  for (const symbol of symbols) {
    const rows: Row[] = []
    for await (const { payload } of journal.replayEvents(`stock-ledger-${symbol}`)) {
      const { month, price } = payload as Row
      rows.push({ month, price })
    }
    bySymbol.set(symbol, rows)
  }
  await journal.close()
  return bySymbol
}

/** When to kill: as the count-th line of this kind is seen, or a little later. */
interface Moment {
  readonly line: RegExp
  readonly count: number
  readonly laterMs: number
}

const at = (line: RegExp, count = 1, laterMs = 0): Moment => ({ line, count, laterMs })
const OPENED = /^Database: /
const NEW = /^Nothing to recover/
const RECOVERED = /^Recovered /
const PERSISTED = /^ *\d+\/560 {2}([A-Z]+) (\d{4}): \d+ months persisted$/
const DEAD = /^The process is dead/

// Twenty moments: making the tables, recovering, just before and after answers, between writes, about its own hard end.
const MOMENTS: readonly Moment[] = [
  at(OPENED),
  at(OPENED, 1, 15),
  at(NEW),
  at(NEW, 1, 20),
  at(PERSISTED, 1),
  at(RECOVERED, 1),
  at(PERSISTED, 2),
  at(RECOVERED, 2, 10),
  at(PERSISTED, 1, 3),
  at(DEAD),
  at(RECOVERED, 5),
  at(PERSISTED, 1, 7),
  at(OPENED, 1, 30),
  at(RECOVERED, 5, 5),
  at(PERSISTED, 3),
  at(RECOVERED, 4, 20),
  at(PERSISTED, 1, 1),
  at(PERSISTED, 2, 12),
  at(RECOVERED, 5, 40),
  at(PERSISTED, 4, 2),
]

/** Runs the example and kills it, with all its processes, at a moment. */
const runUntilKilled = (folder: string, { line, count, laterMs }: Moment) => {
  let seen = 0
  let timer: NodeJS.Timeout | undefined
  const onLine = (text: string, example: ChildProcess) => {
    if (!line.test(text)) return
    seen += 1
    if (seen !== count) return
    if (laterMs === 0) killTree(example)
    else timer = setTimeout(() => killTree(example), laterMs)
  }
  return runExample({ args: ['--data', folder], onLine }).finally(() => clearTimeout(timer))
}

describe('stock-ledger, killed with kill -9', () => {
  const folders: string[] = []
  const newFolder = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dynact-stock-ledger-'))
    folders.push(folder)
    return folder
  }
  afterEach(() => Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true }))))

  it('loses no acknowledged event at any of twenty moments and ends with the figures of the file', async () => {
    const file = await readFileRows()
    /** What the lines of a run acknowledge, as a number of months for each symbol. */
    const acknowledgedBy = ({ lines }: Run) => {
      const months = new Map<string, number>()
      for (const line of lines) {
        const [, symbol, year] = PERSISTED.exec(line) ?? []
        if (symbol !== undefined)
          months.set(symbol, file.get(symbol)?.filter(({ month }) => month <= `${year}-12`).length ?? 0)
      }
      return months
    }
    const expectComplete = async (run: Run, folder: string) => {
      expect(run).toMatchObject({ end: 0, errorLines: [] })
      expect(run.lines.at(-1)).toMatch(/^Every figure equals/)
      expect(await readStoredRows(folder, file.keys())).toEqual(file)
    }
    let folder = await newFolder()
    let acknowledged = new Map<string, number>()

    for (const moment of MOMENTS) {
      let run = await runUntilKilled(folder, moment)
      if (run.end !== 'SIGKILL') {
        // It came to its end before that moment: an end to check, and a reason to begin anew.
        await expectComplete(run, folder)
        folder = await newFolder()
        acknowledged = new Map()
        run = await runUntilKilled(folder, moment)
      }

      expect({ moment, ...run }).toMatchObject({ moment, end: 'SIGKILL', errorLines: [] })
      for (const [symbol, months] of acknowledgedBy(run)) acknowledged.set(symbol, months)
      const stored = await readStoredRows(folder, file.keys())
      for (const [symbol, rows] of stored) {
        expect(rows).toEqual(file.get(symbol)?.slice(0, rows.length))
        expect(rows.length).toBeGreaterThanOrEqual(acknowledged.get(symbol) ?? 0)
      }
    }

    await expectComplete(await runExample({ args: ['--data', folder] }), folder)
  }, 300_000)
})
