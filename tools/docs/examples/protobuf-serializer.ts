import { deepEqual } from 'node:assert/strict'
import { create, createFileRegistry, type DescMessage } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import { protobufSerializer } from '@dynact/serialization-protobuf'

// As protoc-gen-es makes them of a .proto file.
const field = [{ name: 'cents', number: 1, type: 5, label: 1 }]
const messageType = [
  { name: 'Deposited', field },
  { name: 'Withdrawn', field },
]
const file = create(FileDescriptorProtoSchema, { name: 'bank.proto', package: 'bank', syntax: 'proto3', messageType })
const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: [file] }))
const DepositedSchema = registry.getMessage('bank.Deposited') as DescMessage
const WithdrawnSchema = registry.getMessage('bank.Withdrawn') as DescMessage
// @example protobufSerializer
for (const schema of [DepositedSchema, WithdrawnSchema]) {
  const event = create(schema)
  deepEqual(await events.fromBinary(await events.toBinary(event), events.manifest(event)), event)
}
