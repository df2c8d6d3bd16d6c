import type { ReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { CliError } from '../cli-error.js'
import { quoted } from '../quoted.js'
import { Checksum } from './checksum.js'
import { type TransferRecord, transferRecordSchema } from './transfer-record.js'

/** A line of an export file. */
export interface ExportLine {
  /** 1-based. */
  readonly number: number
  readonly text: string
  /** Where the next line begins, in bytes. */
  readonly endsAt: number
}

const LINE_FEED_BYTES = 1

/** The lines of a file that end with a line feed; one that was cut off is left out. */
export async function* exportLines(file: string): AsyncGenerator<ExportLine, void> {
  const input = await openFile(file)
  let endsAt = 0
  let number = 0
  let before: string | undefined
  try {
    for await (const line of createInterface({ input, crlfDelay: 0 })) {
      if (before !== undefined) {
        endsAt += Buffer.byteLength(before) + LINE_FEED_BYTES
        yield { number: ++number, text: before, endsAt }
      }
      before = line
    }
    if (before === undefined) return
    endsAt += Buffer.byteLength(before) + LINE_FEED_BYTES
    // readline does not tell whether the last line ended.
    if (input.bytesRead >= endsAt) yield { number: ++number, text: before, endsAt }
  } finally {
    input.destroy()
  }
}

/** How a file begins that gzip has made. */
const GZIP = Buffer.from([0x1f, 0x8b])

/** @throws {@link CliError} it is not there, no file, or compressed. */
const openFile = async (file: string): Promise<ReadStream> => {
  let handle: FileHandle | undefined
  try {
    handle = await open(file)
    if (!(await handle.stat()).isFile())
      throw new CliError('it is no file, and must be read twice, so that nothing is written of a damaged one')
    const { buffer } = await handle.read(Buffer.alloc(GZIP.length), 0, GZIP.length, 0)
    if (buffer.equals(GZIP)) throw new CliError(`it is compressed: gunzip ${quoted(file)}`)
    return handle.createReadStream({ start: 0 })
  } catch (cause) {
    await handle?.close()
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new CliError(`${file} can't be read: ${why}.`, undefined, { cause })
  }
}

/** @throws {@link CliError} the line is none of an export. */
export const parseExportLine = (file: string, { number, text }: ExportLine): TransferRecord => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new CliError(`${file}, line ${number}: this is no JSON. The file is damaged, or no export.`, undefined, {
      cause,
    })
  }
  const result = transferRecordSchema.safeParse(value)
  if (result.success) return result.data
  throw new CliError(`${file}, line ${number}: this is no line of an export:\n${z.prettifyError(result.error)}`)
}

/** What the checksums of a file vouch for. */
export interface Verified {
  /** Lines up to and with the last checkpoint. */
  readonly lines: number
  /** Their bytes. */
  readonly bytes: number
  /** Where the export goes on; `undefined` if it is complete, or has not begun. */
  readonly cursor: string | undefined
  readonly isComplete: boolean
  /** Of the last checkpoint; '' before the first. */
  readonly sha256: string
}

/**
 * Reads a file to its end, and compares every checksum.
 * @throws {@link CliError} a line is damaged or missing.
 */
export const verifyExport = async (file: string, signal: AbortSignal): Promise<Verified> => {
  const checksum = new Checksum()
  let verified: Verified = { lines: 0, bytes: 0, cursor: undefined, isComplete: false, sha256: '' }
  for await (const line of exportLines(file)) {
    signal.throwIfAborted()
    // The type stands first in a line; parsing all of them twice would double the time.
    if (line.number > 1 && !line.text.startsWith('{"type":"checkpoint"')) {
      checksum.add(line.text)
      continue
    }
    const record = parseExportLine(file, line)
    if (record.type === 'header' && line.number === 1) {
      checksum.add(line.text)
      continue
    }
    if (record.type !== 'checkpoint')
      throw new CliError(`${file}, line ${line.number}: an export begins with a header.`)
    const { lines, sha256 } = checksum.next()
    if (lines !== record.lines || sha256 !== record.sha256)
      throw new CliError(
        `${file}: the checksum in line ${line.number} is not that of the ${lines} lines before it: they were damaged or changed. Lines up to ${verified.lines} are right. Export again.`,
      )
    const { cursor } = record
    verified = { lines: line.number, bytes: line.endsAt, cursor, isComplete: cursor === undefined, sha256 }
  }
  return verified
}
