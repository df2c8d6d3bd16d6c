// Whoever walks the items of a table meets keys of others, and must not take them for ours.
import { eventKey } from '@dynact/dynamodb'
import fc from 'fast-check'
import { markKey, parseMarkKey, parsePartitionKey } from '../src/layout/journal-key.js'
import { persistenceIds, sequenceNrs } from './arbitraries.js'

const config = { journalName: 'journal', sequenceShards: 10 }
const parOf = (key: { readonly par?: { readonly S?: string } }): string => key.par?.S ?? ''

test('the id and the hundred of an event are read back from its key', () => {
  fc.assert(
    fc.property(persistenceIds, sequenceNrs, (persistenceId, sequenceNr) => {
      const partitionNr = Math.floor(sequenceNr / 100)
      const par = parOf(eventKey(config, persistenceId, sequenceNr) as never)
      expect(parsePartitionKey('journal', par)).toEqual({ persistenceId, partitionNr })
    }),
  )
})

test('the id, the kind and the shard of a mark are read back from its key', () => {
  fc.assert(
    fc.property(persistenceIds, sequenceNrs, fc.constantFrom('SH', 'SL'), (persistenceId, sequenceNr, kind) => {
      const shard = Math.floor(sequenceNr / 100) % 10
      const par = parOf(markKey(config, kind, persistenceId, sequenceNr) as never)
      expect(parseMarkKey('journal', par)).toEqual({ persistenceId, kind, shard })
    }),
  )
})

/** What Number() takes for a number, though no journal writes it. */
const NO_NUMBERS = ['', ' ', '0x10', '1e3', '007', '+1', '1.0', '\n1', '١', '9007199254740993', 'NaN']

test.each(NO_NUMBERS)('a key that ends with %j is none of ours', (end) => {
  expect(parsePartitionKey('journal', `journal-P-a-${end}`)).toBeUndefined()
  for (const kind of ['SH', 'SL']) expect(parseMarkKey('journal', `journal-${kind}-a-${end}`)).toBeUndefined()
})
