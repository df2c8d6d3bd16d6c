/**
 * Protobuf for dynact, on `@bufbuild/protobuf`.
 *
 * @packageDocumentation
 */
export { type ProtobufSerializerOptions, protobufSerializer } from './protobuf-serializer.js'
