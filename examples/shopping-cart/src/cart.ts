import { Effect, type EventSourcedBehavior } from '@dynact/persistence'
import { dispatch, type Ref } from 'nact'
import { type CartEvent, cartEvents } from './cart-events.js'

interface Line {
  readonly quantity: number
  readonly cents: number
}

/** A cart: its lines by article, until it is checked out. */
export interface Cart {
  readonly lines: ReadonlyMap<string, Line>
  readonly checkedOutAt: Date | undefined
}

/** What a command is answered with: the total of the cart, or why nothing was done. */
export type Answer = { readonly cents: number } | { readonly refused: string }

/** What may change a cart. */
type CartChange =
  | { readonly type: 'add'; readonly sku: string; readonly quantity: number; readonly cents: number }
  | { readonly type: 'remove'; readonly sku: string }
  | { readonly type: 'check-out'; readonly now: Date }

/** What can be asked of a cart. */
export type CartRequest = CartChange | { readonly type: 'total' }

/** A request, and who wants to know. */
export type CartCommand = CartRequest & { readonly replyTo: Ref<Answer> }

/** What a snapshot of a cart looks like: JSON knows no maps and no dates. */
interface StoredCart {
  readonly lines: readonly (readonly [sku: string, line: Line])[]
  readonly checkedOutAt?: string | undefined
}

const total = ({ lines }: Cart): Answer => ({
  cents: [...lines.values()].reduce((sum, { quantity, cents }) => sum + quantity * cents, 0),
})

/** The event that a change leads to, or why there is none. */
const decide = (cart: Cart, request: CartChange): CartEvent | string => {
  if (cart.checkedOutAt !== undefined) return 'the cart has been checked out'
  switch (request.type) {
    case 'add':
      return { type: 'item-added', sku: request.sku, quantity: request.quantity, cents: request.cents }
    case 'remove':
      return cart.lines.has(request.sku) ? { type: 'item-removed', sku: request.sku } : `there is no ${request.sku}`
    case 'check-out':
      return cart.lines.size > 0 ? { type: 'checked-out', at: request.now } : 'the cart is empty'
  }
}

const apply = (cart: Cart, event: CartEvent): Cart => {
  const lines = new Map(cart.lines)
  switch (event.type) {
    case 'item-added':
      lines.set(event.sku, { quantity: (lines.get(event.sku)?.quantity ?? 0) + event.quantity, cents: event.cents })
      return { ...cart, lines }
    case 'item-removed':
      lines.delete(event.sku)
      return { ...cart, lines }
    case 'checked-out':
      return { ...cart, checkedOutAt: event.at }
  }
}

/** The cart of one customer: an event-sourced actor, declared. Nothing in here does I/O. */
export const cart = (customer: string): EventSourcedBehavior<Cart, CartCommand, CartEvent> => ({
  persistenceId: `cart-${customer}`,
  initialState: { lines: new Map(), checkedOutAt: undefined },
  onCommand: (state, command) => {
    if (command.type === 'total') return Effect.reply(command.replyTo, total(state))
    const decision = decide(state, command)
    if (typeof decision === 'string') return Effect.reply(command.replyTo, { refused: decision })
    return Effect.persist(decision).thenReply(command.replyTo, total)
  },
  onEvent: apply,
  onPersistRejected: (error, command) => {
    dispatch(command.replyTo, { refused: error.message })
  },
  eventAdapter: cartEvents,
  tagger: ({ type }) => (type === 'checked-out' ? ['orders'] : []),
  snapshots: {
    every: 5,
    when: (_cart, { type }) => type === 'checked-out',
    adapter: {
      toJournal: ({ lines, checkedOutAt }): StoredCart => ({
        lines: [...lines],
        checkedOutAt: checkedOutAt?.toISOString(),
      }),
      fromJournal: (stored) => {
        const { lines, checkedOutAt } = stored as StoredCart
        return { lines: new Map(lines), checkedOutAt: checkedOutAt === undefined ? undefined : new Date(checkedOutAt) }
      },
    },
  },
})
