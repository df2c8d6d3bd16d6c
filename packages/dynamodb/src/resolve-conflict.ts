import { classify } from './classify.js'
import { ConflictError, FailedAttempt, UnprocessedError } from './errors.js'
import { Attributes } from './layout/attributes.js'
import type { Item } from './layout/item.js'
import type { SendAttempt } from './requests.js'
import { holds } from './same-item.js'

const KEYS = [Attributes.PAR, Attributes.NUM] as const

/** May the item that this is the error of be stored all the same? */
export const leavesOpen = (error: unknown): boolean =>
  error instanceof FailedAttempt && (error.isInDoubt || classify(error.cause).applied === 'unknown')

/**
 * The key of an insert is taken: by ourselves, if an earlier attempt was carried out and its answer lost; then it returns.
 *
 * @param found - the item there, if the answer brought it along; else it is read, for one read unit per begun 4 KiB.
 * @throws {@link ConflictError} it is another writer's.
 * @throws {@link FailedAttempt} there is none any more, or it could not be read: see {@link leavesOpen}.
 */
export const resolveConflict = async (
  send: SendAttempt,
  table: string,
  ours: Item,
  found: Item | undefined,
): Promise<void> => {
  const stored = found ?? (await readBack(send, table, ours))
  // Gone again, or not there yet for all replicas: the insert is sent once more.
  if (stored === undefined)
    throw new FailedAttempt(new UnprocessedError('TransactionConflictException', 'the conflicting item is not there'))
  if (!holds(stored, ours)) throw new ConflictError(stored)
}

const readBack = async (send: SendAttempt, table: string, item: Item): Promise<Item | undefined> => {
  const Key: Item = {}
  for (const name of KEYS) if (item[name] !== undefined) Key[name] = item[name]
  try {
    return (await send('GetItem', { TableName: table, Key, ConsistentRead: true })).Item
  } catch (error) {
    // There is an item, but whose? It may be ours, and its number is not free.
    throw error instanceof FailedAttempt ? new FailedAttempt(error.cause, true) : error
  }
}
