import fc from 'fast-check'
import { SeenIds } from '../src/feed/seen-ids.js'

// 'costarring' and 'liquid' have one FNV-1a hash.
const ids = fc.oneof(fc.constantFrom('costarring', 'liquid', '', '__proto__'), fc.string({ maxLength: 3 }))

test('is a map that every version of keeps what it had', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(ids, fc.nat()), { maxLength: 200 }), (changes) => {
      const model = new Map<string, number>()
      let seen = SeenIds.none
      const versions: [SeenIds, Map<string, number>][] = []
      for (const [persistenceId, sequenceNr] of changes) {
        seen = seen.with({ persistenceId, sequenceNr, timestamp: sequenceNr })
        model.set(persistenceId, sequenceNr)
        versions.push([seen, new Map(model)])
      }
      for (const [version, expected] of versions) {
        expect(version.size).toBe(expected.size)
        expect(new Map([...version].map((progress) => [progress.persistenceId, progress.sequenceNr]))).toEqual(expected)
        for (const [persistenceId, sequenceNr] of expected) expect(version.get(persistenceId)).toBe(sequenceNr)
      }
      expect(seen.get('never')).toBeUndefined()
    }),
    { numRuns: 200 },
  )
})
