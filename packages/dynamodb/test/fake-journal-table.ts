import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { Item } from '../src/layout/item.js'
import { type Answer, type SentRequest, serviceError } from './fake-transport.js'

/** What becomes of a request: carried out and answered, failed without effect, or carried out and the answer lost. */
export type Fate = 'pass' | { readonly fail: Error } | { readonly lose: Error }

/** What becomes of one statement of a batch: `wasApplied` and failed all the same is what a lost answer inside DynamoDB is. */
export interface StatementFate {
  readonly code: string
  readonly wasApplied?: boolean
}

const keyOf = (item: Item): string => `${item['par']?.S} ${item['num']?.N}`

/** The little of DynamoDB that inserts need, with faults: PutItem if absent, GetItem, INSERT statements. */
export class FakeJournalTable {
  readonly items = new Map<string, Item>()
  /** Decides on every request; the index counts from 0. */
  fateOf: (request: SentRequest, index: number) => Fate = () => 'pass'
  /** Decides on every statement of a batch that is carried out. */
  statementFateOf: (item: Item, index: number) => StatementFate | undefined = () => undefined
  /** Does the error of a conflict bring the item along? */
  givesItemOfConflict = true

  readonly answer: Answer = (request, index) => {
    const fate = this.fateOf(request, index)
    if (fate !== 'pass' && 'fail' in fate) throw fate.fail
    const answer = this.#carryOut(request)
    if (fate !== 'pass') throw fate.lose
    return answer
  }

  put(item: Item): void {
    this.items.set(keyOf(item), item)
  }

  /** What is stored under the item's key. */
  at(item: Item): Item | undefined {
    return this.items.get(keyOf(item))
  }

  /** Who wrote what is stored under the item's key. */
  writerAt(item: Item): string | undefined {
    return this.at(item)?.['writer_uuid']?.S
  }

  #carryOut({ operation, input }: SentRequest): unknown {
    switch (operation) {
      case 'GetItem':
        return { Item: this.at(input.Key) }
      case 'PutItem':
        return this.#insert(input.Item, input.ConditionExpression)
      case 'BatchExecuteStatement':
        return {
          Responses: input.Statements.map((statement: Statement, index: number) => this.#execute(statement, index)),
        }
      default:
        throw new Error(`the fake table has no ${operation}`)
    }
  }

  #insert(item: Item, condition: string): object {
    const Item = this.at(item)
    if (condition !== 'attribute_not_exists(par)') throw new Error(`unexpected condition ${condition}`)
    if (Item !== undefined)
      throw serviceError('ConditionalCheckFailedException', this.givesItemOfConflict ? { Item } : {})
    this.put(item)
    return {}
  }

  #execute(statement: Statement, index: number): object {
    const item = parse(statement)
    const fate = this.statementFateOf(item, index)
    const stored = this.at(item)
    const isApplied = fate === undefined || fate.wasApplied === true
    if (isApplied && stored === undefined) this.put(item)
    if (fate !== undefined) return { Error: { Code: fate.code, Message: `${fate.code} from the test` } }
    if (stored === undefined) return {}
    return { Error: { Code: 'DuplicateItem', ...(this.givesItemOfConflict && { Item: stored }) } }
  }
}

interface Statement {
  readonly Statement: string
  readonly Parameters: readonly AttributeValue[]
}

/** Reads the one kind of statement back: a change of its text has to be made here too. */
const parse = ({ Statement, Parameters }: Statement): Item => {
  const names = /^INSERT INTO "events" VALUE \{(.*)\}$/
    .exec(Statement)?.[1]
    ?.split(', ')
    .map((pair) => /^'(\w+)': \?$/.exec(pair)?.[1])
  if (names === undefined || names.length !== Parameters.length) throw new Error(`not an insert: ${Statement}`)
  return Object.fromEntries(names.map((name, index) => [name, Parameters[index]])) as Item
}
