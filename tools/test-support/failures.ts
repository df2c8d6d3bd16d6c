/** What calls of a test fail with. */
import { isPersistenceError } from '@dynact/persistence'

/** What a promise is rejected with. @throws where it is not. */
export const rejectionOf = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('a rejection was expected')
}

/** What a function throws. @throws where it does not. */
export const thrownBy = (act: () => unknown): unknown => {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('an error was expected')
}

/** The error is one of ours, and its fields and its text say which table, which id and what of it. */
export const expectNamedFailure = (
  error: unknown,
  {
    table,
    what,
    code = 'RECOVERY',
    ...fields
  }: {
    readonly table: string
    readonly persistenceId: string
    readonly sequenceNr?: number
    readonly code?: string
    readonly what: string | RegExp
  },
): void => {
  expect({ error, isOurs: isPersistenceError(error) }).toMatchObject({ isOurs: true, error: { code, ...fields } })
  const { message } = error as Error
  expect(message).toContain(table)
  expect(message).toContain(`${fields.persistenceId}: `)
  expect(message).toMatch(what)
}
