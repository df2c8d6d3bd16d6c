import { visible } from '../visible.js'
import { element } from './element.js'
import { type DiffLine, jsonDiff } from './json-diff.js'
import type { ShownValue } from './protocol.js'
import { visibleJson } from './visible-json.js'

/** What a colour says is said in words too. */
const WORDS = { same: '', changed: 'changed', added: 'new', removed: 'gone' } as const

/** A value, beside the one before it where there is one. */
export const diffTable = (
  what: string,
  after: ShownValue,
  before?: { readonly name: string; readonly value: ShownValue },
): HTMLElement => {
  if (after.isCut || before?.value.isCut === true)
    return element(
      'div',
      {},
      element('p', { class: 'quiet' }, 'It is too long to be compared. This is its beginning:'),
      element('pre', { tabindex: '0', 'aria-label': what }, visibleJson(after.json.slice(0, 20_000))),
    )
  const lines = jsonDiff(JSON.parse(after.json), before && { value: JSON.parse(before.value.json) })
  const changes = lines.filter(({ kind }) => kind !== 'same').length
  const told =
    before === undefined
      ? what
      : `${what}, beside ${before.name}: ${changes === 0 ? 'no difference' : `${changes} lines differ`}`
  const head = [
    'Member',
    ...(before === undefined ? [] : [before.name]),
    what,
    ...(before === undefined ? [] : ['Change']),
  ]
  return element(
    'div',
    { class: 'scroll' },
    element(
      'table',
      { class: 'diff' },
      element('caption', {}, told),
      element('thead', {}, element('tr', {}, ...head.map((name) => element('th', { scope: 'col' }, name)))),
      element('tbody', {}, ...lines.map((line) => row(line, before !== undefined))),
    ),
  )
}

const row = ({ kind, depth, key, before, after }: DiffLine, isBeside: boolean): HTMLTableRowElement => {
  const value = (text: string | undefined) => element('td', { class: 'value' }, visibleJson(text ?? ''))
  const indent = '\u00A0\u00A0'.repeat(depth)
  return element(
    'tr',
    { class: kind },
    element('th', { scope: 'row', class: 'mono' }, `${indent}${key === '' ? 'value' : visible(key)}`),
    isBeside ? value(before) : undefined,
    value(after),
    isBeside ? element('td', {}, WORDS[kind]) : undefined,
  )
}
