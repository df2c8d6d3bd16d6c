// @ts-check
// One event a write: the journal against the AWS SDK's conditional PutItem, which is what anyone else lives with.
import { randomUUID } from 'node:crypto'
import { cpus } from 'node:os'
import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { createJournalTable, deleteJournalTable, dynamoDBJournal } from '@dynact/journal-dynamodb'
import { openDatabase } from './database.js'
import { compare, inParallel } from './rounds.js'

const EVENTS = 1_000
const IN_FLIGHT = 50
const ROUNDS = 7
const payload = 'x'.repeat(200)
const retry = { attemptMs: 30_000, totalMs: 60_000 }

const { client, name, stop } = await openDatabase()
const table = `bench-${randomUUID()}`
await createJournalTable(client, { table })
const journal = dynamoDBJournal({ client, table, retry })

const ours = async () => {
  const id = randomUUID()
  await inParallel(EVENTS, IN_FLIGHT, async (index) => {
    const persistenceId = `${id}-${index}`
    const event = {
      persistenceId,
      sequenceNr: 1,
      payload,
      manifest: '',
      writerUuid: id,
      timestamp: Date.now(),
      tags: [],
    }
    await journal.writeEvents({ persistenceId, events: [event] })
  })
}

const theirs = async () => {
  const id = randomUUID()
  await inParallel(EVENTS, IN_FLIGHT, (index) =>
    client.send(
      new PutItemCommand({
        TableName: table,
        Item: {
          par: { S: `journal-P-${id}-${index}-0` },
          num: { N: '1' },
          persistence_id: { S: `${id}-${index}` },
          seq: { N: '1' },
          writer_uuid: { S: id },
          event: { B: Buffer.from(payload) },
          ev_ser_id: { N: '20' },
          ts: { N: String(Date.now() * 1000) },
        },
        ConditionExpression: 'attribute_not_exists(par)',
      }),
    ),
  )
}

try {
  const { ratio, oursMs, theirsMs } = await compare(ROUNDS, { ours, theirs })
  console.log(`${EVENTS} events of 200 bytes, ${IN_FLIGHT} in flight, ${ROUNDS} rounds in turns; ${name}`)
  console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}\n`)
  console.log('| | dynact, ms | AWS SDK, ms | events/s, dynact ÷ SDK |\n|---|---|---|---|')
  console.log(`| single persist | ${oursMs} | ${theirsMs} | ${ratio} |`)
} finally {
  await deleteJournalTable(client, { table })
  await journal.close()
  stop()
}
