import { getEventListeners } from 'node:events'
import { onAbort } from '../src/abort-listeners.js'

const listenersOf = (signal: AbortSignal) => getEventListeners(signal, 'abort').length

test('everyone who waits is told, once', () => {
  const stop = new AbortController()
  const told: string[] = []
  onAbort(stop.signal, () => told.push('first'))
  onAbort(stop.signal, () => told.push('second'))

  stop.abort()

  expect(told).toEqual(['first', 'second'])
})

test('who has stopped waiting is not told, others are', () => {
  const stop = new AbortController()
  const told: string[] = []
  const detach = onAbort(stop.signal, () => told.push('first'))
  onAbort(stop.signal, () => told.push('second'))

  detach()
  stop.abort()

  expect(told).toEqual(['second'])
})

test('the same function can wait twice', () => {
  const stop = new AbortController()
  let told = 0
  const listener = () => {
    told++
  }
  onAbort(stop.signal, listener)
  const detach = onAbort(stop.signal, listener)

  detach()
  stop.abort()

  expect(told).toBe(1)
})

test('a signal has one listener however many wait, and none when nobody does', () => {
  const { signal } = new AbortController()

  const detach = Array.from({ length: 100 }, () => onAbort(signal, () => {}))
  expect(listenersOf(signal)).toBe(1)
  for (const stopWaiting of detach) stopWaiting()

  expect(listenersOf(signal)).toBe(0)
})

test('waiting can begin again', () => {
  const stop = new AbortController()
  onAbort(stop.signal, () => {})()
  let told = 0
  onAbort(stop.signal, () => {
    told++
  })

  stop.abort()

  expect(told).toBe(1)
})
