/**
 * DynamoDB says in an error which limit it ran into: see ThrottlingReason in its API reference, for instance
 * `TableWriteKeyRangeThroughputExceeded`.
 */
export type ThrottledBy = 'key-range' | 'account' | 'provisioned' | 'on-demand'

/** The widest first: it counts where an error names several. */
const KINDS: readonly (readonly [part: string, kind: ThrottledBy])[] = [
  ['AccountLimitExceeded', 'account'],
  ['ProvisionedThroughputExceeded', 'provisioned'],
  ['MaxOnDemandThroughputExceeded', 'on-demand'],
  ['KeyRangeThroughputExceeded', 'key-range'],
]

const reasonsOf = (error: object): unknown => {
  // DynamoDB's errors spell it both ways.
  if ('ThrottlingReasons' in error) return error.ThrottlingReasons
  return 'throttlingReasons' in error ? error.throttlingReasons : undefined
}

/** The limit that an error says it ran into; undefined where it says none. */
export const throttledBy = (error: object): ThrottledBy | undefined => {
  const reasons = reasonsOf(error)
  if (!Array.isArray(reasons)) return undefined
  const texts = reasons.map((entry) => String((entry as { reason?: unknown } | null)?.reason ?? ''))
  return KINDS.find(([part]) => texts.some((text) => text.includes(part)))?.[1]
}
