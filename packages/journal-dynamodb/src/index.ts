/**
 * Event journal on Amazon DynamoDB for dynact actors, in the stored layout of the Akka and Pekko plugins.
 *
 * @packageDocumentation
 */
export type { Anomaly } from './anomaly.js'
export type { JournalConfig, JournalTableConfig, ResolvedJournalConfig } from './config.js'
export { type DynamoDBJournal, dynamoDBJournal } from './dynamodb-journal.js'
export { createJournalTable, deleteJournalTable, journalTableDefinition } from './journal-table.js'
export type { PokeLimit } from './poke-throttle.js'
export type { StoredEventsOptions } from './replay/read-stored-events.js'
export type { ReadOptions } from './replay/replay-events.js'
