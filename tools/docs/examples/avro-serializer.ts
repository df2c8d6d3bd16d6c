import { deepEqual } from 'node:assert/strict'
import { type AvroSchema, avroSerializer } from '@dynact/serialization-avro'

const cents = { name: 'cents', type: 'long' }
const currency = { name: 'currency', type: 'string', default: 'EUR' }
const depositedV1: AvroSchema = { type: 'record', name: 'Deposited', fields: [cents] }
const depositedV2: AvroSchema = { type: 'record', name: 'Deposited', fields: [cents, currency] }
// @example avroSerializer
const before = avroSerializer({ identifier: 1500, schemas: { Deposited: depositedV1 } })
const bytes = await before.toBinary({ cents: 500 })
deepEqual(await deposited.fromBinary(bytes, before.manifest({ cents: 500 })), { cents: 500, currency: 'EUR' })
