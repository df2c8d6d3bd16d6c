/**
 * Avro for dynact: schema versions known by the fingerprint of the writer's schema, all of them resolved to the newest.
 *
 * @packageDocumentation
 */
export { type AvroSerializerOptions, avroSerializer } from './avro-serializer.js'
export { type AvroSchema, schemaFingerprint } from './avro-type.js'
export { DateType, DecimalType, type LogicalTypes, logicalTypes, TimestampMillisType } from './logical-types.js'
