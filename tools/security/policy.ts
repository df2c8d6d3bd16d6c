import { readFileSync } from 'node:fs'
import { type Fate, type FateOf, fates, type ProxiedRequest, serviceFault } from '@dynact/testkit'

interface Statement {
  readonly Effect: string
  readonly Action: readonly string[]
  readonly Resource: readonly string[]
}

/** The policies of docs/security.md, by role: each `<!-- policy: role -->` is followed by one. */
export const policies = (): ReadonlyMap<string, readonly Statement[]> => {
  const page = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8')
  const blocks = page.matchAll(/<!-- policy: (\S+) -->\n```json\n([\s\S]*?)\n```/g)
  return new Map([...blocks].map(([, role = '', json = '']) => [role, JSON.parse(json).Statement]))
}

const ARN = /^arn:aws:dynamodb:REGION:ACCOUNT:table\/(.+)$/
const ACTION = /^dynamodb:([A-Za-z]+)$/

const part = (pattern: RegExp, text: string): string => {
  const found = pattern.exec(text)?.[1]
  if (found === undefined || found.includes('*')) throw new Error(`A policy may not say ${text}.`)
  return found
}

/** Each action with each resource, as `PutItem on dynact-journal`. */
const allowedBy = (statements: readonly Statement[]): string[] =>
  statements.flatMap(({ Effect, Action, Resource }) => {
    if (Effect !== 'Allow') throw new Error(`A policy may not ${Effect}.`)
    return Action.flatMap((action) => Resource.map((arn) => `${part(ACTION, action)} on ${part(ARN, arn)}`))
  })

/** The actions on tables and indexes that IAM would look for: transactions and statements have none of their own. */
const needed = ({ operation, input }: ProxiedRequest): (readonly [action: string, table: string])[] => {
  switch (operation) {
    case 'BatchGetItem':
    case 'BatchWriteItem':
      return Object.keys(input.RequestItems).map((table) => [operation, table])
    case 'TransactWriteItems':
      return input.TransactItems.flatMap((write: Record<string, { TableName: string }>) =>
        Object.entries(write).map(([kind, { TableName }]) => [
          kind === 'ConditionCheck' ? 'ConditionCheckItem' : `${kind}Item`,
          TableName,
        ]),
      )
    case 'BatchExecuteStatement':
      return input.Statements.map(({ Statement }: { Statement: string }) => [
        'PartiQLInsert',
        part(/^INSERT INTO "([^"]+)" VALUE /, Statement),
      ])
    default:
      return [
        [operation, input.IndexName === undefined ? input.TableName : `${input.TableName}/index/${input.IndexName}`],
      ]
  }
}

/** Does to requests what IAM does by a policy, and keeps what was asked for. */
export class PolicyGuard {
  readonly #allowed: ReadonlySet<string>
  readonly #nameOf: (table: string) => string
  readonly #used = new Set<string>()
  readonly #refused = new Set<string>()
  /** Decides on what is allowed. */
  next: (request: ProxiedRequest) => Fate = () => fates.pass

  /** @param nameOf - what the policy calls a table. */
  constructor(statements: readonly Statement[], nameOf: (table: string) => string) {
    this.#allowed = new Set(allowedBy(statements))
    this.#nameOf = nameOf
  }

  readonly fateOf: FateOf = (request) => {
    const permissions = needed(request).map(([action, resource]) => {
      const [table = '', ...index] = resource.split('/')
      return `${action} on ${[this.#nameOf(table), ...index].join('/')}`
    })
    const missing = permissions.filter((permission) => !this.#allowed.has(permission))
    for (const permission of permissions) this.#used.add(permission)
    for (const permission of missing) this.#refused.add(permission)
    return missing.length === 0
      ? this.next(request)
      : fates.refuse(serviceFault('AccessDeniedException', `The role is not authorized: ${missing.join(', ')}`))
  }

  /** What was asked for, and is not allowed. */
  get refused(): string[] {
    return [...this.#refused].sort()
  }

  /** What is allowed, and was never asked for. */
  get superfluous(): string[] {
    return [...this.#allowed].filter((permission) => !this.#used.has(permission)).sort()
  }
}
