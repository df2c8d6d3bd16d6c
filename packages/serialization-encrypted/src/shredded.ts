/** Stands for an event or snapshot of which the key has been forgotten: nobody can read it any more. */
export class Shredded {
  readonly persistenceId: string
  readonly sequenceNr: number

  constructor(persistenceId: string, sequenceNr: number) {
    this.persistenceId = persistenceId
    this.sequenceNr = sequenceNr
  }
}
