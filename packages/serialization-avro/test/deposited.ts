import type { AvroSchema } from '@dynact/serialization-avro'

/** An event over four releases of a program: what golden-avro.json holds was written by each of them in its time. */
export const versions: readonly AvroSchema[] = [
  {
    type: 'record',
    name: 'bank.Deposited',
    fields: [
      { name: 'account', type: 'string' },
      { name: 'cents', type: 'int' },
      { name: 'clerk', type: 'string' },
    ],
  },
  // cents promoted to long; currency added; clerk removed
  {
    type: 'record',
    name: 'bank.Deposited',
    fields: [
      { name: 'account', type: 'string' },
      { name: 'cents', type: 'long' },
      { name: 'currency', type: 'string', default: 'EUR' },
      { name: 'note', type: ['null', 'string'], default: null },
    ],
  },
  // account renamed; cents promoted to double; note widened; at, day and rate added
  {
    type: 'record',
    name: 'bank.Deposited',
    fields: [
      { name: 'iban', type: 'string', aliases: ['account'] },
      { name: 'cents', type: 'double' },
      { name: 'currency', type: 'string', default: 'EUR' },
      { name: 'note', type: ['null', 'string', 'int'], default: null },
      { name: 'at', type: ['null', { type: 'long', logicalType: 'timestamp-millis' }], default: null },
      { name: 'day', type: { type: 'int', logicalType: 'date' }, default: 0 },
      {
        name: 'rate',
        type: ['null', { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 4 }],
        default: null,
      },
    ],
  },
  // the record renamed
  {
    type: 'record',
    name: 'bank.MoneyDeposited',
    aliases: ['bank.Deposited'],
    fields: [
      { name: 'iban', type: 'string', aliases: ['account'] },
      { name: 'cents', type: 'double' },
      { name: 'currency', type: 'string', default: 'EUR' },
      { name: 'note', type: ['null', 'string', 'int'], default: null },
      { name: 'at', type: ['null', { type: 'long', logicalType: 'timestamp-millis' }], default: null },
      { name: 'day', type: { type: 'int', logicalType: 'date' }, default: 0 },
      {
        name: 'rate',
        type: ['null', { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 4 }],
        default: null,
      },
    ],
  },
]

/** What each release wrote. */
export const written: readonly unknown[] = [
  { account: 'DE01', cents: 500, clerk: 'Ada' },
  { account: 'DE02', cents: 2 ** 40, currency: 'USD', note: 'gift' },
  {
    iban: 'DE03',
    cents: 0.5,
    currency: 'CHF',
    note: 7,
    at: new Date('2026-01-02T03:04:05.678Z'),
    day: new Date('2026-01-02'),
    rate: '-1.0875',
  },
  { iban: 'DE04', cents: 1, currency: 'EUR', note: null, at: null, day: new Date(0), rate: null },
]

const added = { note: null, at: null, day: new Date(0), rate: null }

/** The same, as the last release reads it. */
export const readByTheLast: readonly unknown[] = [
  { ...added, iban: 'DE01', cents: 500, currency: 'EUR' },
  { ...added, iban: 'DE02', cents: 2 ** 40, currency: 'USD', note: 'gift' },
  written[2],
  written[3],
]
