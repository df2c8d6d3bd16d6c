/** One test of a conformance suite, for any test runner. */
export interface ConformanceCase {
  /** Unique in its suite. */
  readonly name: string
  /** Why it can't be run: what the store was declared not to be capable of. */
  readonly skip?: string | undefined
  /** Runs it on a store of its own. Rejects with an `AssertionError` that says what differs, or with what the store threw. */
  readonly run: () => Promise<void>
}

/** A case before it is known on which store it runs. */
export interface CaseDefinition<Tester, Capabilities> {
  readonly name: string
  /** Why it can't be run with these capabilities; `undefined` if it can. */
  readonly skip?: (capabilities: Capabilities) => string | undefined
  readonly run: (tester: Tester) => Promise<void>
}
