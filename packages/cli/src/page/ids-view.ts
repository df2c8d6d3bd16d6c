import { visible } from '../visible.js'
import { ask } from './ask.js'
import { element } from './element.js'
import type { IdsPage } from './protocol.js'
import { say } from './status.js'
import { attempt, button, link, numberText, type View, viewAddress } from './view.js'

const LIMIT = 50

/** Ids, page by page, and those that begin with what is looked for. */
export const idsView: View = async ({ main, params, signal }) => {
  const prefix = params.get('prefix') ?? ''
  const input = element('input', {
    type: 'search',
    id: 'prefix',
    name: 'prefix',
    autocomplete: 'off',
    spellcheck: 'false',
  })
  input.value = prefix
  const form = element(
    'form',
    {
      role: 'search',
      onsubmit: (event) => {
        event.preventDefault()
        location.hash = viewAddress('ids', { prefix: input.value === '' ? undefined : input.value })
      },
    },
    element('label', { for: 'prefix' }, 'Ids that begin with'),
    input,
    element('button', {}, 'Search'),
  )
  const list = element('div', { class: 'results' })
  main.append(element('h1', { tabindex: '-1' }, 'Persistence ids'), form, list)

  // Where each page began, so that one can go back.
  const cursors: (string | undefined)[] = [undefined]
  const show = (): Promise<void> =>
    attempt(list, signal, async () => {
      const cursor = cursors.at(-1)
      const page = await firstMatches(prefix, cursor, signal)
      const go = (change: () => void) => {
        change()
        void show()
      }
      const previous = button('Previous page', () => go(() => cursors.pop()), { disabled: cursors.length === 1 })
      const { next } = page
      const isSearching = next !== undefined && page.ids.length < LIMIT
      const onward = button(isSearching ? 'Search on' : 'Next page', () => go(() => cursors.push(next)), {
        disabled: next === undefined,
      })
      const told = summary(page, prefix, cursors.length)
      list.replaceChildren(
        page.isId === true
          ? element('p', {}, 'This is an id: ', link(visible(prefix), viewAddress('id', { id: prefix })))
          : '',
        element('p', { class: 'quiet' }, told),
        element(
          'ul',
          { class: 'ids' },
          ...page.ids.map((id) => element('li', {}, link(visible(id), viewAddress('id', { id })))),
        ),
        element('div', { class: 'bar' }, previous, onward),
      )
      say(told)
    })
  await show()
}

/** The next page that has an id: a search through many that do not match takes several questions. */
const firstMatches = async (prefix: string, from: string | undefined, signal: AbortSignal): Promise<IdsPage> => {
  let page = await ask<IdsPage>('ids', { prefix, cursor: from, limit: LIMIT }, signal)
  let { lookedAt } = page
  while (page.ids.length === 0 && page.next !== undefined && page.isId !== true) {
    say(`None yet, among ${numberText(lookedAt)} items looked at.`)
    page = await ask<IdsPage>('ids', { prefix, cursor: page.next, limit: LIMIT }, signal)
    lookedAt += page.lookedAt
  }
  return { ...page, lookedAt }
}

const summary = ({ ids, next, lookedAt }: IdsPage, prefix: string, pageNr: number): string => {
  const which = prefix === '' ? '' : ` that begin with it, among ${numberText(lookedAt)} looked at`
  const more = next === undefined ? 'these are the last' : 'there may be more'
  return `Page ${numberText(pageNr)}: ${numberText(ids.length)} ids${which}; ${more}.`
}
