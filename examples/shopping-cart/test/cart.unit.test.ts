import { WriteRejectedError } from '@dynact/persistence'
import { eventSourcedTestKit } from '@dynact/testkit'
import { Nobody } from 'nact'
import { type Cart, cart } from '../src/cart.js'
import { type CartEvent, cartEvents } from '../src/cart-events.js'

const replyTo = new Nobody()
const now = new Date('2026-01-01T12:00:00Z')
const lamp = { sku: 'lamp', quantity: 2, cents: 1990 }
const added: CartEvent = { type: 'item-added', ...lamp }
const checkedOut: CartEvent = { type: 'checked-out', at: now }

const cartOf = (lines: [string, { quantity: number; cents: number }][], checkedOutAt?: Date): Cart => ({
  lines: new Map(lines),
  checkedOutAt,
})

describe('a cart', () => {
  const kit = eventSourcedTestKit(cart('ada'))

  test('takes items', async () => {
    await kit
      .given()
      .when({ type: 'add', ...lamp, replyTo })
      .then([added])
  })

  test('adds up what is the same', async () => {
    const twice = cartOf([['lamp', { quantity: 4, cents: 1990 }]])

    await kit
      .given(added)
      .when({ type: 'add', ...lamp, replyTo })
      .then(twice)
  })

  test('gives items back, if they are there', async () => {
    await kit.given(added).when({ type: 'remove', sku: 'lamp', replyTo }).then(cartOf([]))
    const { replies } = await kit.given(added).when({ type: 'remove', sku: 'pen', replyTo }).then([])

    expect(replies).toEqual([{ refused: 'there is no pen' }])
  })

  test('is checked out once, and not empty', async () => {
    await kit.given(added).when({ type: 'check-out', now, replyTo }).then([checkedOut])
    await kit.given().when({ type: 'check-out', now, replyTo }).then([])
    await kit
      .given(added, checkedOut)
      .when({ type: 'add', ...lamp, replyTo })
      .then([])
  })

  test('answers with its total, and with what is wrong', async () => {
    const own = eventSourcedTestKit(cart('own'))
    expect((await own.run({ type: 'add', ...lamp, replyTo })).replies).toEqual([{ cents: 3980 }])
    expect((await own.run({ type: 'total', replyTo })).replies).toEqual([{ cents: 3980 }])
    await own.run({ type: 'check-out', now, replyTo })

    const { events, replies } = await own.run({ type: 'remove', sku: 'lamp', replyTo })

    expect(events).toEqual([])
    expect(replies).toEqual([{ refused: 'the cart has been checked out' }])
  })

  test('does not store what is no event of a cart', async () => {
    const half = { type: 'add', sku: 'chair', quantity: 0.5, cents: 9900, replyTo } as const

    const { error } = await kit.given(added).when(half).then(WriteRejectedError)

    expect(error?.message).toContain('at quantity')
  })

  test('lives on when its events are rejected, and recovers when nobody knows', async () => {
    const own = eventSourcedTestKit(cart('own'))
    await own.run({ type: 'add', ...lamp, replyTo })
    for (const failure of ['rejected', 'uncertain', 'fenced'] as const) {
      own.failNextPersist(failure)
      const { error, isStopped, state } = await own.run({ type: 'check-out', now, replyTo })
      expect([error === undefined, isStopped, state.checkedOutAt]).toEqual([false, false, undefined])
    }

    expect((await own.run({ type: 'check-out', now, replyTo })).state.checkedOutAt).toEqual(now)
  })

  test('has a snapshot when it is checked out, and a tag for the orders', async () => {
    const own = eventSourcedTestKit(cart('own'))
    await own.run({ type: 'add', ...lamp, replyTo })
    await own.run({ type: 'check-out', now, replyTo })
    const tags = []
    for await (const event of own.journal.replayEvents('cart-own')) tags.push(event.tags)

    expect(tags).toEqual([[], ['orders']])
    expect(await own.snapshotStore.loadSnapshot('cart-own')).toMatchObject({
      metadata: { sequenceNr: 2 },
      snapshot: { lines: [['lamp', { quantity: 2, cents: 1990 }]], checkedOutAt: now.toISOString() },
    })
  })
})

describe('what version 1 stored', () => {
  test('is read as the events of today', () => {
    expect(cartEvents.fromJournal({ kind: 'added', skus: ['pen', 'ink'], cents: 250 }, '')).toEqual([
      { type: 'item-added', sku: 'pen', quantity: 1, cents: 250 },
      { type: 'item-added', sku: 'ink', quantity: 1, cents: 250 },
    ])
    expect(cartEvents.fromJournal({ kind: 'looked-at' }, '')).toEqual([])
  })
})
