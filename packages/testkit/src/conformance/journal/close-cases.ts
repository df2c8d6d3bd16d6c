import { strictEqual } from 'node:assert/strict'
import { persistenceRejection, REJECTED } from '../rejection.js'
import { span } from '../span.js'
import { turnOfEventLoop } from '../turn-of-event-loop.js'
import { type JournalCase, needs } from './journal-case.js'

/** The end of a journal's life. */
export const closeCases: readonly JournalCase[] = [
  {
    name: 'a journal can be closed twice, and refuses everything afterwards',
    run: async (tester) => {
      const id = tester.freshId()
      await tester.write(id, 1)
      await Promise.all([tester.journal.close(), tester.journal.close()])
      await tester.journal.close()
      await persistenceRejection('a write', REJECTED, () => tester.write(id, 2))
      await persistenceRejection('a replay', 'any', () => tester.read(id))
      await persistenceRejection('the highest number', 'any', () => tester.journal.readHighestSequenceNr(id))
      await persistenceRejection('a deletion', 'any', () => tester.journal.deleteEventsTo(id, 1))
    },
  },
  {
    name: 'closing waits for writes under way: each is stored, or rejected',
    skip: needs('severalProcesses'),
    run: async (tester) => {
      const ids = span(1, 20).map(() => tester.freshId())
      const other = await tester.another()
      let settled = 0
      const writes = ids.map((id) =>
        tester
          .write(id, 1)
          .then(
            () => 'stored',
            (error) => String(error.code),
          )
          .finally(() => settled++),
      )
      await tester.journal.close()
      await turnOfEventLoop()
      strictEqual(settled, ids.length, 'it was closed, and writes were still under way')
      for (const [index, outcome] of (await Promise.all(writes)).entries()) {
        if (outcome !== 'stored') strictEqual(outcome, 'WRITE_REJECTED')
        const highest = outcome === 'stored' ? 1 : 0
        await tester.expectReplay(ids[index] as string, { sequenceNrs: span(1, highest), highest }, { journal: other })
      }
    },
  },
  {
    name: 'another journal on the same data reads all of it after the first one was closed, and goes on',
    skip: needs('severalProcesses'),
    run: async (tester) => {
      const id = tester.freshId()
      await tester.writeHistory(id, 101)
      await tester.journal.deleteEventsTo(id, 7)
      await tester.journal.close()
      const journal = await tester.another()
      await tester.expectReplay(id, { sequenceNrs: span(8, 101), highest: 101 }, { journal })
      await tester.write(id, 102, 102, { journal })
      await tester.expectReplay(id, { sequenceNrs: span(8, 102), highest: 102 }, { journal })
    },
  },
]
