import type { AvroSchema } from '@dynact/serialization-avro'

const v1 = {
  type: 'record',
  name: 'bank.Deposited',
  fields: [
    { name: 'cents', type: 'int' },
    { name: 'clerk', type: 'string' },
  ],
}

// Larger sums; other currencies.
const v2 = {
  type: 'record',
  name: 'bank.Deposited',
  fields: [
    { name: 'cents', type: 'long' },
    { name: 'clerk', type: 'string' },
    { name: 'currency', type: 'string', default: 'EUR' },
  ],
}

// No longer who was at the counter, but when, if known; and another name for the sum.
const v3 = {
  type: 'record',
  name: 'bank.Deposited',
  fields: [
    { name: 'amount', type: 'long', aliases: ['cents'] },
    { name: 'currency', type: 'string', default: 'EUR' },
    { name: 'at', type: ['null', { type: 'long', logicalType: 'timestamp-millis' }], default: null },
  ],
}

/** Every schema that ever wrote a Deposited: new ones go to the end, none is ever removed. */
export const deposited: readonly AvroSchema[] = [v1, v2, v3]
