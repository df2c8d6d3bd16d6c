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
      let model: (readonly [number, number])[] = []
      const without = (key: number) => model.filter(([other]) => other !== key)
      for (const step of steps) {
        if (step.do === 'set') {
          map.set(step.key, step.value)
          model = [...without(step.key), [step.key, step.value]]
        } else if (step.do === 'delete') {
          map.delete(step.key)
          model = without(step.key)
        } else {
          const oldest = map.oldest()
          expect(oldest).toEqual(model[0])
          if (step.do === 'take oldest' && oldest !== undefined) {
            map.delete(oldest[0])
            model = model.slice(1)
          }
        }
        expect([...map.values()]).toEqual(model.map(([, value]) => value))
        expect(map.size).toBe(model.length)
        expect(map.get(step.key)).toBe(model.find(([key]) => key === step.key)?.[1])
      }
    }),
    { numRuns: 2_000 },
  )
})
