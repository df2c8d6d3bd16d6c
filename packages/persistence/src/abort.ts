/** The last parameter of every operation that does I/O. */
export interface AbortOptions {
  /**
   * Stops the operation: the promise rejects with the signal's own `reason`, never wrapped. What a write had already sent
   * may still be stored; recover before writing again.
   */
  readonly signal?: AbortSignal | undefined
}
