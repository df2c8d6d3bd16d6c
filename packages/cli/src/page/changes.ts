import { visible } from '../visible.js'
import { ask, change } from './ask.js'
import { element } from './element.js'
import type { About, RepairReport, VerifyReport } from './protocol.js'
import { say } from './status.js'
import { attempt, button, numberText } from './view.js'

/** What {@link changesOf} is made with. */
export interface ChangesOptions {
  readonly id: string
  readonly about: About
  readonly signal: AbortSignal
  readonly onChanged: () => void
}

/** Looks at a whole id; and where the command was given `--write`, repairs its marks and deletes its events. */
export const changesOf = (options: ChangesOptions): HTMLElement => {
  const place = element('div')
  return element(
    'section',
    { 'aria-labelledby': 'verify' },
    element('h2', { id: 'verify' }, 'Verify'),
    element('p', { class: 'quiet' }, 'Reads the whole history, as a recovery does, every mark and every snapshot.'),
    element(
      'div',
      { class: 'bar' },
      button('Verify this id', () => void verify(options, place)),
    ),
    place,
    options.about.isWritable ? deletion(options) : undefined,
  )
}

const verify = async (options: ChangesOptions, place: HTMLElement): Promise<void> => {
  const { id, about, signal } = options
  say('Verifying…')
  await attempt(place, signal, async () => {
    const { events, findings, isRepairable } = await ask<VerifyReport>('verify', { id }, signal)
    const told = `${numberText(events)} events read: ${findings.length === 0 ? 'nothing is wrong' : `${numberText(findings.length)} findings`}.`
    place.replaceChildren(
      element('p', {}, told),
      element('ul', {}, ...findings.map(({ kind, text }) => element('li', {}, `${kind}: ${visible(text)}`))),
      isRepairable && about.isWritable
        ? button('Repair the high marks', () => void repair(options, place))
        : isRepairable
          ? element('p', { class: 'quiet' }, 'dynact explore --write can repair the high marks.')
          : '',
    )
    say(told)
  })
}

const repair = ({ id, signal }: ChangesOptions, place: HTMLElement): Promise<void> =>
  attempt(place, signal, async () => {
    const { done, left } = await change<RepairReport>('repair', { id }, signal)
    const lines = [...done.map((text) => `Repaired: ${text}`), ...left.map((text) => `Not repaired: ${text}`)]
    place.replaceChildren(element('ul', {}, ...lines.map((text) => element('li', {}, visible(text)))))
    say(`${numberText(done.length)} repaired, ${numberText(left.length)} not.`)
  })

const deletion = ({ id, signal, onChanged }: ChangesOptions): HTMLElement => {
  const to = element('input', { type: 'number', id: 'delete-to', min: 1, required: true })
  const confirmed = element('input', {
    type: 'text',
    id: 'confirm',
    class: 'wide',
    autocomplete: 'off',
    required: true,
  })
  const place = element('div')
  const form = element(
    'form',
    {
      onsubmit: (event) => {
        event.preventDefault()
        void attempt(place, signal, async () => {
          const body = { id, to: Number(to.value), confirmed: confirmed.value }
          await change<{ readonly deletedTo: number }>('delete', body, signal)
          onChanged()
        })
      },
    },
    element('label', { for: 'delete-to' }, 'Delete the events up to number'),
    to,
    element('label', { for: 'confirm' }, 'Type the id to confirm'),
    confirmed,
    element('button', { class: 'danger' }, 'Delete these events for good'),
  )
  return element('div', {}, element('h2', {}, 'Delete events'), form, place)
}
