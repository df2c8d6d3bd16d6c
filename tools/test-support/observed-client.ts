import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { testClientConfig } from './index.js'

/** One request that reached the SDK, in the order of sending. */
export interface ObservedRequest {
  /** PutItem, Query, … */
  readonly operation: string
  // biome-ignore lint/suspicious/noExplicitAny: the inputs of all commands.
  readonly input: any
  /** The answer, once it has come; not that of a request that failed. */
  // biome-ignore lint/suspicious/noExplicitAny: the outputs of all commands.
  output?: any
}

/** What happens to a request: it goes through, fails without having been sent, or is carried out and its answer lost. */
export type Fate = 'pass' | { readonly fail: Error } | { readonly loseAnswer: Error }

/** A client whose requests a test can see and let fail, at the SDK's middleware. */
export interface ObservedClient {
  readonly client: DynamoDBClient
  readonly requests: ObservedRequest[]
  /** Decides on every request; the index counts from 0. */
  fateOf: (request: ObservedRequest, index: number) => Fate
}

/** An error as the service would name it. */
export const serviceError = (name: string, message = name): Error => Object.assign(new Error(message), { name })

/** From the n-th request on nothing is sent any more: what a dead process would have left behind. */
export const diesBefore =
  (n: number) =>
  (_: ObservedRequest, index: number): Fate =>
    index < n ? 'pass' : { fail: serviceError('AccessDeniedException', 'the process is dead') }

export const observedClient = (): ObservedClient => {
  const client = new DynamoDBClient({ ...testClientConfig(), maxAttempts: 1 })
  const observed: ObservedClient = { client, requests: [], fateOf: () => 'pass' }
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const request: ObservedRequest = {
        operation: String(context['commandName']).replace(/Command$/, ''),
        input: args.input,
      }
      const index = observed.requests.push(request) - 1
      const fate = observed.fateOf(request, index)
      if (fate === 'pass') {
        const result = await next(args)
        request.output = result.output
        return result
      }
      if ('fail' in fate) throw fate.fail
      await next(args)
      throw fate.loseAnswer
    },
    { step: 'initialize', name: 'observe' },
  )
  return observed
}
