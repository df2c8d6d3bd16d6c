import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import { COLLIDING_IDS } from '../ids.js'
import { span } from '../span.js'
import type { ReadJournalCase } from './read-journal-case.js'
import { take } from './read-journal-tester.js'

/** The streams of ids. A shared table has others, too. */
export const persistenceIdCases: readonly ReadJournalCase[] = [
  {
    name: 'current ids are told once each, those that look like keys too',
    run: async (tester) => {
      const unique = tester.fresh()
      const ids = COLLIDING_IDS.map((make) => make(unique)).sort()
      for (const id of ids) await tester.write(id, 1, 2)
      const told = await take(tester.readJournal.currentPersistenceIds())
      deepStrictEqual(told.filter((id) => id.includes(unique)).sort(), ids)
    },
  },
  {
    name: 'pages of ids go on behind every page',
    run: async (tester) => {
      const unique = tester.fresh()
      const ids = span(1, 120).map((nr) => `${unique}-${nr}`)
      await Promise.all(ids.map((id) => tester.write(id, 1)))
      const pages = await take(tester.readJournal.currentPersistenceIdPages())
      strictEqual(pages.at(-1)?.next, undefined)
      const told = pages.map((page) => page.persistenceIds.filter((id) => id.startsWith(unique)))
      deepStrictEqual(told.flat().sort(), [...ids].sort())
      for (const [index, { next }] of pages.entries()) {
        if (next === undefined) continue
        const rest = await take(tester.readJournal.currentPersistenceIds({ from: next }))
        deepStrictEqual(
          rest.filter((id) => id.startsWith(unique)).sort(),
          told
            .slice(index + 1)
            .flat()
            .sort(),
        )
      }
    },
  },
  {
    name: 'ids of a prefix are those that begin with it',
    run: async (tester) => {
      const unique = tester.fresh()
      for (const end of ['', '-a', '-ab', '-b', '-0']) await tester.write(`${unique}${end}`, 1)
      const told = await take(tester.readJournal.currentPersistenceIds({ prefix: `${unique}-a` }))
      deepStrictEqual(told.sort(), [`${unique}-a`, `${unique}-ab`])
      deepStrictEqual(await take(tester.readJournal.currentPersistenceIds({ prefix: `${unique}-c` })), [])
    },
  },
  {
    name: 'an id is told though all of its events are deleted',
    run: async (tester) => {
      const id = tester.fresh()
      await tester.write(id, 1, 2)
      await tester.journal.deleteEventsTo(id, 2)
      ok((await take(tester.readJournal.currentPersistenceIds())).includes(id))
    },
  },
  {
    name: 'live ids are those that are there, and then new ones, once each',
    run: async (tester) => {
      const [old, young] = [tester.fresh(), tester.fresh()]
      await tester.write(old, 1)
      const told: string[] = []
      for await (const id of tester.readJournal.persistenceIds()) {
        told.push(id)
        if (id === old) await tester.write(young, 1)
        if (id === young) break
      }
      strictEqual(new Set(told).size, told.length)
    },
  },
]
