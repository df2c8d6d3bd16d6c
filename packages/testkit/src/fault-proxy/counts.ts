import type { ProxiedAnswer } from './proxied-request.js'
import { type Work, workOf } from './wire-size.js'

/** What a proxy has counted since it started. */
export interface FaultProxyCounts {
  /** Requests that came from clients. */
  readonly requests: number
  /** The same by operation. */
  readonly operations: Readonly<Record<string, number>>
  /** Messages that were passed on to DynamoDB and answered: a duplicate is two. */
  readonly delivered: number
  /** Faults by the name of their fate. */
  readonly faults: Readonly<Record<string, number>>
  /** Items that DynamoDB stored, changed or deleted, and items that it returned. */
  readonly items: { readonly written: number; readonly read: number }
  /** Bytes of the bodies that came from clients, and that went to them. */
  readonly bytes: { readonly received: number; readonly sent: number }
  /**
   * Capacity units of what DynamoDB carried out: as it reports them where the request asked (`ReturnConsumedCapacity`), else
   * from the bytes of the items that are seen on the way. So an update or a deletion counts as one of the smallest item, a
   * filtered page as what is left of it, and an index as nothing.
   */
  readonly capacityUnits: { readonly write: number; readonly read: number }
}

const tally = (counts: Record<string, number>, name: string): void => {
  counts[name] = (counts[name] ?? 0) + 1
}

/** Keeps {@link FaultProxyCounts}. */
export class Counter {
  #requests = 0
  #delivered = 0
  readonly #operations: Record<string, number> = {}
  readonly #faults: Record<string, number> = {}
  readonly #bytes = { received: 0, sent: 0 }
  #work: Work = { written: 0, read: 0, writeUnits: 0, readUnits: 0 }

  received(operation: string, bytes: number): void {
    this.#requests++
    tally(this.#operations, operation)
    this.#bytes.received += bytes
  }

  met(fault: string): void {
    tally(this.#faults, fault)
  }

  // biome-ignore lint/suspicious/noExplicitAny: the inputs of all operations.
  delivered(operation: string, input: any, answer: ProxiedAnswer): void {
    this.#delivered++
    if (answer.status !== 200) return
    const work = workOf(operation, input, answer.output)
    const reported = reportedUnits(answer.output.ConsumedCapacity)
    this.#work = {
      written: this.#work.written + work.written,
      read: this.#work.read + work.read,
      writeUnits: this.#work.writeUnits + (work.writeUnits > 0 ? (reported ?? work.writeUnits) : 0),
      readUnits: this.#work.readUnits + (work.readUnits > 0 ? (reported ?? work.readUnits) : 0),
    }
  }

  sent(bytes: number): void {
    this.#bytes.sent += bytes
  }

  /** A copy. */
  get counts(): FaultProxyCounts {
    const { written, read, writeUnits, readUnits } = this.#work
    return {
      requests: this.#requests,
      operations: { ...this.#operations },
      delivered: this.#delivered,
      faults: { ...this.#faults },
      items: { written, read },
      bytes: { ...this.#bytes },
      capacityUnits: { write: writeUnits, read: readUnits },
    }
  }
}

/** A batch reports a list, one entry for each table. */
const reportedUnits = (consumed: unknown): number | undefined => {
  const reports = (Array.isArray(consumed) ? consumed : [consumed]).filter((report) => report?.CapacityUnits > 0)
  return reports.length === 0 ? undefined : reports.reduce((units, report) => units + report.CapacityUnits, 0)
}
