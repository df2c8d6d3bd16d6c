import { create, createFileRegistry, type DescMessage } from '@bufbuild/protobuf'
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt'

type TypeName = 'STRING' | 'INT32' | 'INT64' | 'BYTES' | 'DOUBLE'
/** Name, type and number of a field; `[]` behind the name makes it repeated. */
export type Field = readonly [name: string, type: TypeName, number: number]

/** The schema of `bank.<name>`, as protoc would describe it: no code is generated for the tests. */
export const messageSchema = (name: string, ...fields: readonly Field[]): DescMessage => {
  const field = fields.map(([fieldName, type, number]) => ({
    name: fieldName.replace('[]', ''),
    number,
    type: FieldDescriptorProto_Type[type],
    label: fieldName.endsWith('[]') ? FieldDescriptorProto_Label.REPEATED : FieldDescriptorProto_Label.OPTIONAL,
  }))
  const file = create(FileDescriptorProtoSchema, {
    name: 'bank.proto',
    package: 'bank',
    syntax: 'proto3',
    messageType: [{ name, field }],
  })
  const schema = createFileRegistry(create(FileDescriptorSetSchema, { file: [file] })).getMessage(`bank.${name}`)
  if (schema === undefined) throw new Error(`no message ${name}`)
  return schema
}

export const depositedV1 = messageSchema('Deposited', ['account', 'STRING', 1], ['cents', 'INT32', 2])
/** account renamed, cents widened, currency added. */
export const depositedV2 = messageSchema(
  'Deposited',
  ['iban', 'STRING', 1],
  ['cents', 'INT64', 2],
  ['currency', 'STRING', 3],
)
