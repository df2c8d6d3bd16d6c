import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { rejection } from '../rejection.js'
import { span } from '../span.js'
import { turnOfEventLoop } from '../turn-of-event-loop.js'
import { type JournalCase, needsBatchOf } from './journal-case.js'

/** How an abort comes out: as the reason itself. */
export const abortCases: readonly JournalCase[] = [
  {
    name: 'a call whose signal is aborted already rejects with the reason, and does nothing',
    run: async (tester) => {
      const id = tester.freshId()
      const { journal } = tester
      await tester.write(id, 1)
      const reason = new Error('enough')
      const options = { signal: AbortSignal.abort(reason) }
      const calls: Readonly<Record<string, () => Promise<unknown>>> = {
        'a write': () => tester.writeAll(tester.events(id, 2), options),
        'the highest number': () => journal.readHighestSequenceNr(id, 1, options),
        'a deletion': () => journal.deleteEventsTo(id, 1, options),
        'a replay': async () => {
          for await (const _ of journal.replayEvents(id, {}, options));
        },
      }
      for (const [what, call] of Object.entries(calls)) strictEqual(await rejection(what, call), reason, what)
      await tester.expectReplay(id, { sequenceNrs: [1], highest: 1 })
    },
  },
  {
    name: 'a replay that is aborted on its way rejects with the reason, and so does its highest sequence number',
    run: async (tester) => {
      const id = tester.freshId()
      await tester.writeHistory(id, 250)
      const reason = { why: 'a reason need not be an Error' }
      const controller = new AbortController()
      const replay = tester.journal.replayEvents(id, {}, { signal: controller.signal })
      const seen: number[] = []
      const error = await rejection('the replay', async () => {
        for await (const { sequenceNr } of replay) {
          seen.push(sequenceNr)
          if (sequenceNr === 3) controller.abort(reason)
        }
      })
      strictEqual(error, reason)
      strictEqual(await rejection('the highest number', () => replay.highestSequenceNr), reason)
      deepStrictEqual(seen, span(1, seen.length))
      ok(seen.length < 250, 'the replay went on to its end')
    },
  },
  {
    name: 'the highest sequence number of a failed replay is no unhandled rejection',
    run: async (tester) => {
      const reason = new Error('nobody asks for the highest number')
      const unhandled: unknown[] = []
      const note = (error: unknown) => unhandled.push(error)
      process.on('unhandledRejection', note)
      try {
        const replay = tester.journal.replayEvents(tester.freshId(), {}, { signal: AbortSignal.abort(reason) })
        strictEqual(await rejection('the replay', () => drain(replay)), reason)
        await turnOfEventLoop()
      } finally {
        process.off('unhandledRejection', note)
      }
      ok(!unhandled.includes(reason), 'it became an unhandled rejection')
    },
  },
  {
    name: 'a batch that is aborted on its way is there whole or not at all',
    skip: needsBatchOf(100),
    run: async (tester) => {
      for (const turns of [0, 1, 2, 4, 8, 16]) {
        const id = tester.freshId()
        await tester.write(id, 1)
        const reason = new Error(`aborted after ${turns} turns of the event loop`)
        const controller = new AbortController()
        const outcome = tester.writeAll(tester.events(id, 2, 101), { signal: controller.signal }).then(
          () => undefined,
          (error: unknown) => error,
        )
        for (let turn = 0; turn < turns; turn++) await turnOfEventLoop()
        controller.abort(reason)
        const error = await outcome
        if (error !== undefined) strictEqual(error, reason)
        const { events } = await tester.read(id)
        const sequenceNrs = events.map(({ sequenceNr }) => sequenceNr)
        const isWhole = isDeepStrictEqual(sequenceNrs, span(1, 101))
        if (error === undefined) ok(isWhole, `acknowledged, but a replay gives ${sequenceNrs}`)
        ok(isWhole || isDeepStrictEqual(sequenceNrs, [1]), `a replay gives ${sequenceNrs}`)
      }
    },
  },
]

const drain = async (events: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of events);
}
