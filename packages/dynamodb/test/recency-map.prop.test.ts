import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { RecencyMap } from '@dynact/dynamodb'
import fc from 'fast-check'

const key = fc.nat(4)
const step = fc.oneof(
  fc.record({ do: fc.constant('set' as const), key, value: fc.nat() }),
  fc.record({ do: fc.constant('delete' as const), key }),
  fc.record({ do: fc.constant('take oldest' as const), key }),
  fc.record({ do: fc.constant('look' as const), key }),
)

test('is a map whose keys move to the end when they are set', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const map = new RecencyMap<number, number>()
      let model: { key: number; value: number }[] = []
      const without = (key: number) => model.filter((entry) => entry.key !== key)
      for (const step of steps) {
        if (step.do === 'set') {
          map.set(step.key, step.value)
          model = [...without(step.key), { key: step.key, value: step.value }]
        } else if (step.do === 'delete') {
          map.delete(step.key)
          model = without(step.key)
        } else {
          const { oldest } = map
          expect([oldest?.key, oldest?.value]).toEqual([model[0]?.key, model[0]?.value])
          if (step.do === 'take oldest' && oldest !== undefined) {
            map.delete(oldest.key)
            model = model.slice(1)
          }
        }
        expect([...map.values()]).toEqual(model.map(({ value }) => value))
        expect(map.size).toBe(model.length)
        expect(map.get(step.key)).toBe(model.find(({ key }) => key === step.key)?.value)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('remembers nothing of what was set before, though nobody asks for the oldest', () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  const map = new RecencyMap<number, number>()
  const used = (sets: number): number => {
    for (let set = 0; set < sets; set++) map.set(set % 1_000, set)
    collectGarbage()
    return process.memoryUsage().heapUsed
  }

  const before = used(10_000)

  // Forty bytes each, and more, if their places were kept.
  expect(used(2_000_000) - before).toBeLessThan(20 * 1024 * 1024)
})
