import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { CliError } from '../cli-error.js'

/**
 * The value of an attribute as JavaScript has it: sets as arrays.
 * @throws {@link CliError} a number that JavaScript can't hold, or a type that is unknown.
 */
export const plainValue = (value: AttributeValue): unknown => {
  if (value.S !== undefined) return value.S
  if (value.N !== undefined) return plainNumber(value.N)
  if (value.BOOL !== undefined) return value.BOOL
  if (value.NULL !== undefined) return null
  if (value.B !== undefined) return value.B
  if (value.L !== undefined) return value.L.map(plainValue)
  if (value.M !== undefined)
    return Object.fromEntries(Object.entries(value.M).map(([name, member]) => [name, plainValue(member)]))
  if (value.SS !== undefined) return value.SS
  if (value.NS !== undefined) return value.NS.map(plainNumber)
  if (value.BS !== undefined) return value.BS
  throw new CliError(`An attribute has a type that this version does not know: ${Object.keys(value).join(', ')}.`)
}

const plainNumber = (text: string): number => {
  const value = Number(text)
  if (Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value)) return value
  throw new CliError(
    `The number ${text} is too large for JavaScript: it would not be the same. Nothing of its id was written.`,
  )
}
