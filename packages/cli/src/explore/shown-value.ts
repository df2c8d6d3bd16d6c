import { LEFT_OUT } from '@dynact/persistence'
import type { ShownValue } from '../page/protocol.js'
import { toJson } from '../to-json.js'

/** More than any event has, which is at most 400 KB. */
const MAX_CHARACTERS = 2_000_000
const PREVIEW_CHARACTERS = 240

const jsonOf = (value: unknown): string =>
  value === LEFT_OUT ? '{"$leftOut":"its serializer leaves it out"}' : toJson(value)

/** A value for the page. */
export const shownValue = (value: unknown): ShownValue => {
  const json = jsonOf(value)
  const isCut = json.length > MAX_CHARACTERS
  return { json: isCut ? json.slice(0, MAX_CHARACTERS) : json, isCut }
}

/** The beginning of a value. */
export const previewOf = (value: unknown): string => {
  const json = jsonOf(value)
  return json.length > PREVIEW_CHARACTERS ? `${json.slice(0, PREVIEW_CHARACTERS)}…` : json
}
