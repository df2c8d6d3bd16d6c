import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import fc from 'fast-check'
import type { Item } from '../src/layout/item.js'

/** Numbers as DynamoDB takes them: up to 38 digits, with fraction, sign and exponent. */
export const numberTexts: fc.Arbitrary<string> = fc.oneof(
  fc.integer().map(String),
  fc.maxSafeInteger().map(String),
  fc
    .tuple(
      fc.constantFrom('', '-'),
      fc.nat({ max: 1e6 }),
      fc.nat({ max: 1e6 }),
      fc.constantFrom('', 'e5', 'E-7', 'e+30'),
    )
    .map(([sign, whole, fraction, exponent]) => `${sign}${whole}.${fraction}${exponent}`),
  fc.constantFrom('0', '-0', '100', '1200', '12000', '0.05', '1.50', '99999999999999999999999999999999999999'),
)

const texts = fc.string({ unit: 'grapheme', maxLength: 12 })
const bytes = fc.uint8Array({ maxLength: 20 })
const names = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 })

const set = <T>(members: fc.Arbitrary<T>, identity: (member: T) => unknown) =>
  fc.uniqueArray(members, { minLength: 1, maxLength: 5, selector: identity })

/** Values of every type, lists and maps nested. */
export const attributeValues: fc.Arbitrary<AttributeValue> = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    texts.map((S) => ({ S })),
    numberTexts.map((N) => ({ N })),
    bytes.map((B) => ({ B })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant({ NULL: true }),
    set(texts, (text) => text).map((SS) => ({ SS })),
    // To DynamoDB -0 is 0.
    set(numberTexts, (text) => Number(text) + 0).map((NS) => ({ NS })),
    set(bytes, (member) => member.join()).map((BS) => ({ BS })),
    fc.array(tie('value'), { maxLength: 4 }).map((L) => ({ L })),
    fc.dictionary(names, tie('value'), { maxKeys: 4, noNullPrototype: true }).map((M) => ({ M })),
  ),
})).value

/** Items of any attributes. */
export const items: fc.Arbitrary<Item> = fc.dictionary(names, attributeValues, { maxKeys: 6, noNullPrototype: true })
