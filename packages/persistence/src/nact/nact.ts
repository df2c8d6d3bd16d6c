/**
 * The only file that imports nact at run time. nact is CommonJS and spreads parts of its exports, which Node's lexer does not
 * follow: the default import is all of it for `import`, for `require` of an ES module, in jest and in bundlers.
 */
import nact, { type Ref } from 'nact'

/** nact's own functions. */
export const { configurePersistence, Nobody, persistentQuery, spawn, stop } = nact

/** nact's own, with the sender that it takes but that its types leave out. */
export const dispatch: (actor: Ref<unknown>, message: unknown, sender?: Ref<unknown>) => void = nact.dispatch
