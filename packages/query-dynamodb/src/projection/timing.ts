/** Time and chance of projections, injected so that tests can hold them. */
export interface ProjectionTiming {
  /** Epoch milliseconds. */
  now(): number
  /** From 0 to 1. */
  random(): number
  /** Calls once, after so many milliseconds, unless cancelled by what it returns. */
  after(ms: number, call: () => void): () => void
}

/** The real time and chance. */
export const systemTiming: ProjectionTiming = {
  now: Date.now,
  random: Math.random,
  after: (ms, call) => {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}
