/** Holds what a killed process had acknowledged against what is stored. Pure. */

/** An event as it is stored. */
export interface StoredEvent {
  readonly sequenceNr: number
  /** `<batch>.<place>.<size>` */
  readonly payload: string
}

/** What is wrong, one text each. */
export interface Losses {
  readonly acknowledged: number
  readonly lost: readonly string[]
  readonly duplicated: readonly string[]
  readonly torn: readonly string[]
}

/** @param lines - acknowledgements: an id, the first sequence number, the payloads. A last line may have been cut off. */
export const lossesOf = (lines: readonly string[], stored: ReadonlyMap<string, readonly StoredEvent[]>): Losses => {
  const lost: string[] = []
  const duplicated: string[] = []
  const torn: string[] = []
  let acknowledged = 0
  for (const [id, events] of stored) {
    const places = new Set<string>()
    let last = 0
    for (const [at, { sequenceNr, payload }] of events.entries()) {
      if (places.has(payload) || sequenceNr <= last) duplicated.push(`${id} ${sequenceNr}: ${payload}`)
      places.add(payload)
      last = sequenceNr
      const [batch, place, size] = payload.split('.')
      const next = events[at + 1]
      const isLast = Number(place) === Number(size) - 1
      if (!isLast && (next?.payload !== `${batch}.${Number(place) + 1}.${size}` || next.sequenceNr !== sequenceNr + 1))
        torn.push(`${id} ${sequenceNr}: ${payload}`)
      if (place !== '0' && events[at - 1]?.payload !== `${batch}.${Number(place) - 1}.${size}`)
        torn.push(`${id} ${sequenceNr}: ${payload}`)
    }
  }
  for (const line of lines) {
    const [id = '', from, ...payloads] = line.split(' ')
    const numbers = new Map(stored.get(id)?.map(({ sequenceNr, payload }) => [sequenceNr, payload]))
    for (const [index, payload] of payloads.entries()) {
      acknowledged++
      if (numbers.get(Number(from) + index) !== payload) lost.push(`${id} ${Number(from) + index}: ${payload}`)
    }
  }
  return { acknowledged, lost, duplicated, torn }
}
