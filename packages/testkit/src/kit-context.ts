import type { EventSourcedContext } from '@dynact/persistence'

/** nact's type of a reference, which this package knows by way of a context only. */
export type KitRef<Message> = EventSourcedContext<Message>['self']

const ignore = () => {}
const log = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore, critical: ignore, event: ignore }

/** A reference to nobody: what nact's own functions send to it vanishes. */
export const kitRef = <Message>(): KitRef<Message> =>
  ({ type: 'nobody', system: { name: undefined }, path: { parts: [] } }) as KitRef<Message>

/** The context of an actor that lives in no system: it has no parent and no children, and it logs nothing. */
export const kitContext = <Command>(facts: {
  readonly persistenceId: string
  readonly sequenceNr: () => number
  readonly snapshotSequenceNr: () => number
}): EventSourcedContext<Command> => {
  const { persistenceId } = facts
  const path = { parts: [persistenceId], system: 'test-kit', toString: () => `test-kit://${persistenceId}` }
  return {
    persistenceId,
    get sequenceNr() {
      return facts.sequenceNr()
    },
    get snapshotSequenceNr() {
      return facts.snapshotSequenceNr()
    },
    recovering: false,
    parent: kitRef<unknown>(),
    path: path as unknown as EventSourcedContext['path'],
    self: kitRef<Command>(),
    sender: kitRef<unknown>(),
    name: persistenceId,
    children: new Map(),
    log: { ...log, exception: ignore, metric: ignore },
  }
}
