import type { Journal } from '@dynact/persistence'

/** What the first version of this program stored, without a manifest. */
export type Version1 =
  | { readonly kind: 'added'; readonly skus: readonly string[]; readonly cents: number }
  | { readonly kind: 'looked-at' }

/** Leaves in a journal what that version would have left. */
export const writeAsVersion1 = async (journal: Journal, persistenceId: string): Promise<void> => {
  const payloads: readonly Version1[] = [{ kind: 'looked-at' }, { kind: 'added', skus: ['pen', 'ink'], cents: 250 }]
  const facts = { persistenceId, manifest: '', writerUuid: 'version-1', tags: [] }
  for (const [index, payload] of payloads.entries()) {
    const event = { ...facts, payload, sequenceNr: index + 1, timestamp: Date.now() + index }
    await journal.writeEvents({ persistenceId, events: [event] })
  }
}
