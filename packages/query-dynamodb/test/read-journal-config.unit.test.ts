import { ConfigError } from '@dynact/persistence'
import { dynamoDBReadJournal } from '@dynact/query-dynamodb'

const right = { clientConfig: { region: 'eu-central-1' } }

test.each<[string, object, RegExp]>([
  ['no client', {}, /give either client or clientConfig/],
  ['two clients', { ...right, client: { send: () => undefined } }, /give either client or clientConfig.*not both/],
  ['a client that is none', { client: {} }, /must be a DynamoDBClient/],
  ['an option that there is not', { ...right, refreshIntervall: 5 }, /refreshIntervall/],
  ['a table name that can be none', { ...right, table: 'a b' }, /3 to 255 characters out of/],
  ['a journal name with which keys collide', { ...right, journalName: 'a-P-b' }, /must not have P, SH or SL/],
  ['shards that do not divide the slices', { ...right, queries: { shards: 33 } }, /must divide 1024: a power of 2/],
  ['a projection that there is not', { ...right, queries: { projection: 'some' } }, /"keys"\|"all"/],
  ['a refresh interval of nothing', { ...right, refreshInterval: 0 }, />=1.*\n.*refreshInterval/],
  ['a window of more than an hour', { ...right, backtrackingWindow: 3_600_001 }, /<=3600000.*\n.*backtrackingWindow/],
  ['pages of nothing', { ...right, pageSize: 0 }, />=1.*\n.*pageSize/],
  ['too few ids', { ...right, maxIds: 99 }, />=100.*\n.*maxIds/],
  [
    'pokes that can not subscribe',
    { ...right, pokes: { poke: () => undefined } },
    /must have the methods poke and subs/,
  ],
])('%s is refused, and the message says what is wrong', (_, config, says) => {
  const make = () => dynamoDBReadJournal(config as never)

  expect(make).toThrow(ConfigError)
  expect(make).toThrow(says)
  expect(make).toThrow('dynamoDBReadJournal')
})

test('of several mistakes all are named', () => {
  expect(() => dynamoDBReadJournal({ ...right, pageSize: 0, maxIds: 1, journalName: '' })).toThrow(
    /(?=.*pageSize)(?=.*maxIds)(?=.*journalName)/s,
  )
})
