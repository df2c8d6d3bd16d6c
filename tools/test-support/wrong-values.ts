import type { AttributeValue } from '@aws-sdk/client-dynamodb'

type AttributeType = 'S' | 'N' | 'B' | 'BOOL' | 'NULL' | 'M' | 'L' | 'SS' | 'NS' | 'BS'

const VALUES: Readonly<Record<AttributeType, AttributeValue>> = {
  S: { S: 'hostile' },
  N: { N: '7' },
  B: { B: Uint8Array.of(1, 2, 3) },
  BOOL: { BOOL: false },
  NULL: { NULL: true },
  M: { M: { S: { S: 'x' }, N: { N: '1' }, B: { B: Uint8Array.of(1) } } },
  L: { L: [{ S: 'x' }, { M: {} }] },
  SS: { SS: ['x'] },
  NS: { NS: ['1'] },
  BS: { BS: [Uint8Array.of(1)] },
}

/** A value of every type that DynamoDB has but the right one. */
export const wrongValues = (right: AttributeType): AttributeValue[] =>
  Object.entries(VALUES).flatMap(([type, value]) => (type === right ? [] : [value]))

/** Numbers that DynamoDB stores, and that are no sequence numbers, sizes or times. */
export const ABSURD_NUMBERS = ['-1', '0.5', '9007199254740992', '1e40', '-1e40', '1.0000000000000000000001']
