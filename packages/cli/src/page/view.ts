import { element } from './element.js'
import type { About } from './protocol.js'
import { say } from './status.js'

/** What a view is made with. */
export interface ViewContext {
  readonly main: HTMLElement
  readonly about: About
  /** What stands in the address behind the view's name. */
  readonly params: URLSearchParams
  /** The view is left. */
  readonly signal: AbortSignal
}

/** A part of the page, with an address of its own. */
export type View = (context: ViewContext) => Promise<void> | void

/** The address of a view. */
export const viewAddress = (
  name: string,
  params: Readonly<Record<string, string | number | undefined>> = {},
): string => {
  const given = Object.entries(params).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]))
  const query = new URLSearchParams(given).toString()
  return `#/${name}${query === '' ? '' : `?${query}`}`
}

/** Does something that takes its time, and shows what went wrong in `place`. */
export const attempt = async (place: HTMLElement, signal: AbortSignal, work: () => Promise<void>): Promise<void> => {
  place.setAttribute('aria-busy', 'true')
  try {
    await work()
  } catch (error) {
    if (signal.aborted) return
    const text = error instanceof Error ? error.message : String(error)
    place.replaceChildren(element('p', { class: 'error', role: 'alert' }, text))
    say('')
  } finally {
    place.removeAttribute('aria-busy')
  }
}

/** An anchor to a view. */
export const link = (text: string, address: string): HTMLAnchorElement => element('a', { href: address }, text)

/** A button that does something. */
export const button = (text: string, onclick: () => void, properties: Record<string, string | boolean> = {}) =>
  element('button', { type: 'button', onclick, ...properties }, text)

/** Facts, name by name. */
export const facts = (list: readonly (readonly [name: string, value: string | Node])[]): HTMLDListElement =>
  element('dl', {}, ...list.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]))

/** A number as people read it. */
export const numberText = (value: number): string => value.toLocaleString('en-US')
