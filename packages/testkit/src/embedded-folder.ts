import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { ClassicLevel } from 'classic-level'
import { EmbeddedDynamoDBError } from './embedded-dynamodb-error.js'

/** A folder that this process alone may use, ready for dynalite. */
export interface EmbeddedFolder {
  /** Where dynalite's own database goes. */
  readonly dataPath: string
  /** Gives the folder up. */
  release(): Promise<void>
}

/** The part of dynalite's table description that a killed process can leave behind half-changed. */
interface StoredTable {
  readonly TableStatus: string
  readonly GlobalSecondaryIndexes?: readonly { readonly IndexStatus: string }[]
}

// Not by `instanceof`: errors that native code makes inside a jest sandbox come from another realm.
interface LevelError extends Error {
  readonly code?: string
  readonly cause?: LevelError
}

const openDatabase = async <V>(path: string, folder: string): Promise<ClassicLevel<string, V>> => {
  const { ClassicLevel } = await import('classic-level')
  const database = new ClassicLevel<string, V>(path, { valueEncoding: 'json' })
  try {
    await database.open()
    return database
  } catch (error) {
    const cause = (error as LevelError).cause ?? (error as LevelError)
    if (cause.code === 'LEVEL_LOCKED') {
      throw new EmbeddedDynamoDBError(
        'FOLDER_IN_USE',
        `${folder} is in use by another embedded DynamoDB. Stop that process first, or use another folder.`,
        error,
      )
    }
    throw unusable(folder, cause)
  }
}

const unusable = (folder: string, cause: Error) =>
  new EmbeddedDynamoDBError('FOLDER_UNUSABLE', `${folder} can't hold the embedded DynamoDB: ${cause.message}`, cause)

/**
 * dynalite ends a table change by a timer. A process that is killed before it leaves the table CREATING, UPDATING or DELETING
 * for ever: whoever waits for ACTIVE waits in vain. So finish here what was begun.
 */
const finishTableChanges = async (database: ClassicLevel<string, StoredTable>) => {
  const tables = await database.iterator({ gte: 'table~', lt: 'table\x7f' }).all()
  for (const [key, table] of tables) {
    if (table.TableStatus === 'ACTIVE') continue
    if (table.TableStatus === 'DELETING') {
      const name = key.slice('table~'.length)
      for (const prefix of ['item-', 'tag-', 'index-local~', 'index-global~'])
        await database.clear({ gte: `${prefix}${name}~`, lt: `${prefix}${name}\x7f` })
      await database.del(key)
      continue
    }
    const indexes = table.GlobalSecondaryIndexes?.map((index) => ({ ...index, IndexStatus: 'ACTIVE' }))
    await database.put(key, {
      ...table,
      TableStatus: 'ACTIVE',
      ...(indexes === undefined ? {} : { GlobalSecondaryIndexes: indexes }),
    })
  }
}

/**
 * Opens a folder for one embedded DynamoDB.
 *
 * The lock is a database of its own beside the data: dynalite opens the data itself, reports a LevelDB lock by ending the
 * process at the first request, and leaves a moment between our repair and its opening. The operating system frees the lock
 * of a killed process.
 *
 * @throws {@link EmbeddedDynamoDBError} `FOLDER_IN_USE` or `FOLDER_UNUSABLE`.
 */
export const openEmbeddedFolder = async (path: string): Promise<EmbeddedFolder> => {
  const folder = resolve(path)
  const dataPath = join(folder, 'data')
  try {
    await mkdir(folder, { recursive: true })
  } catch (error) {
    throw unusable(folder, error as Error)
  }
  const lock = await openDatabase(join(folder, 'lock'), folder)
  try {
    const data = await openDatabase<StoredTable>(dataPath, folder)
    try {
      await finishTableChanges(data)
    } finally {
      await data.close()
    }
  } catch (error) {
    await lock.close()
    throw error
  }
  return { dataPath, release: () => lock.close() }
}
