import { type Fate, type FateOf, fates } from '@dynact/testkit'
import type { FaultLine, FaultSwitch } from './fault-switch.js'

/** How a process dies at a request: it is not sent, its answer does not come, or it is carried out when told, much later. */
export type DeathOf = 'unsent' | 'unanswered' | 'late'

/** The way of a simulated process through the proxy. It may die at any of its requests; what it has on the way may still arrive then. */
export class MortalLine {
  readonly #line: FaultLine
  readonly #death = new AbortController()
  readonly #late: (() => void)[] = []
  #requests = 0
  #diesAt = Number.POSITIVE_INFINITY
  #deathOf: DeathOf = 'unsent'

  constructor(faultSwitch: FaultSwitch, fateOf: FateOf) {
    this.#line = faultSwitch.open((request, index) => this.#decide(fateOf(request, index)))
  }

  get clientConfig(): FaultLine['clientConfig'] {
    return this.#line.clientConfig
  }

  /** Aborted when the process dies. */
  get death(): AbortSignal {
    return this.#death.signal
  }

  get isDead(): boolean {
    return this.#death.signal.aborted
  }

  /** From now on this many requests are sent; at the next one the process dies. */
  dieAfter(requests: number, deathOf: DeathOf): void {
    this.#diesAt = this.#requests + requests
    this.#deathOf = deathOf
  }

  /** What was on the way when the process died arrives now. */
  landLate(): void {
    for (const land of this.#late.splice(0)) land()
  }

  /** Nothing goes this way any more. */
  end(): void {
    this.#line.end()
  }

  #decide(fate: Fate): Fate {
    if (this.isDead) return fates.reset
    if (this.#requests++ < this.#diesAt) return fate
    this.#death.abort(new Error('The process is dead.'))
    if (this.#deathOf === 'unsent') return { ...fates.reset, name: 'crash, request unsent' }
    if (this.#deathOf === 'unanswered') return { answer: 'reset', name: 'crash, request unanswered' }
    return { before: () => new Promise<void>((land) => this.#late.push(land)), name: 'crash, request late' }
  }
}
