import { Observer, payloadOf, type SeenEvent, WRONGS } from '../observer.js'

/** Three writes that went well, of 1, 3 and 1 events, then one that was fenced, of 2. */
const watched = () => {
  const observer = new Observer()
  const shown: SeenEvent[] = []
  for (const size of [1, 3, 1]) {
    const fromSequenceNr = shown.length + 1
    const write = observer.begins({ persistenceId: 'a', fromSequenceNr, size, view: [...shown] })
    observer.ends(write, 'acknowledged')
    for (let index = 0; index < size; index++)
      shown.push({ sequenceNr: fromSequenceNr + index, payload: payloadOf(write, index) })
  }
  observer.ends(observer.begins({ persistenceId: 'a', fromSequenceNr: 6, size: 2, view: [...shown] }), 'not written')
  return { observer, shown }
}

const wrongsOf = (observer: Observer, shown: readonly SeenEvent[]) => {
  const verdict = observer.judge('a', shown)
  return WRONGS.filter((wrong) => verdict[wrong].length > 0)
}

const event = (sequenceNr: number, payload: string): SeenEvent => ({ sequenceNr, payload })

describe('the observer', () => {
  it('finds nothing wrong where nothing is', () => {
    const { observer, shown } = watched()
    expect(observer.judge('a', shown)).toMatchObject({ acknowledged: 5 })
    expect(wrongsOf(observer, shown)).toEqual([])
  })

  it('sees an acknowledged event that is missing', () => {
    const { observer, shown } = watched()
    expect(wrongsOf(observer, shown.slice(0, 4))).toEqual(['lost'])
    expect(wrongsOf(observer, [])).toEqual(['lost', 'rewritten'])
  })

  it('sees a write of which a part is missing', () => {
    const { observer, shown } = watched()
    expect(wrongsOf(observer, shown.toSpliced(2, 1))).toEqual(['lost', 'torn', 'rewritten'])
    const unknown = new Observer()
    unknown.begins({ persistenceId: 'a', fromSequenceNr: 1, size: 2, view: [] })
    expect(wrongsOf(unknown, [event(1, payloadOf(0, 0))])).toEqual(['torn'])
    expect(wrongsOf(unknown, [])).toEqual([])
  })

  it('sees what is there twice', () => {
    const { observer, shown } = watched()
    expect(wrongsOf(observer, [...shown, event(6, payloadOf(2, 0))])).toContain('duplicated')
    expect(wrongsOf(observer, [...shown, event(5, payloadOf(3, 0))])).toContain('duplicated')
  })

  it('sees a wrong order, a wrong number and what nobody wrote', () => {
    const { observer, shown } = watched()
    expect(wrongsOf(observer, shown.toReversed())).toContain('misplaced')
    expect(wrongsOf(observer, [...shown.slice(0, 4), event(7, payloadOf(2, 0))])).toEqual(['misplaced'])
    expect(wrongsOf(observer, [...shown, event(6, 'stranger')])).toEqual(['misplaced'])
  })

  it('sees what its writer was told is not written', () => {
    const { observer, shown } = watched()
    expect(wrongsOf(observer, [...shown, event(6, payloadOf(3, 0)), event(7, payloadOf(3, 1))])).toEqual(['revived'])
  })

  it('sees what turns up before an acknowledged event, behind the back of its writer', () => {
    const observer = new Observer()
    observer.begins({ persistenceId: 'a', fromSequenceNr: 1, size: 1, view: [] })
    observer.ends(observer.begins({ persistenceId: 'a', fromSequenceNr: 2, size: 1, view: [] }), 'acknowledged')
    expect(wrongsOf(observer, [event(2, payloadOf(1, 0))])).toEqual([])
    expect(wrongsOf(observer, [event(1, payloadOf(0, 0)), event(2, payloadOf(1, 0))])).toEqual(['rewritten'])
  })

  it('does not miss what was deleted, and heeds the rest', () => {
    const { observer, shown } = watched()
    observer.deletes('a', 3)
    expect(wrongsOf(observer, shown.slice(3))).toEqual([])
    expect(wrongsOf(observer, shown)).toEqual([])
    expect(wrongsOf(observer, shown.slice(4))).toEqual(['lost', 'rewritten'])
  })

  it('misses what was deleted in a state, which knows it', () => {
    const { observer, shown } = watched()
    observer.deletes('a', 3)
    expect(observer.judge('a', shown, 0)).toMatchObject({ lost: [], rewritten: [] })
    expect(observer.judge('a', shown.slice(3), 0).lost).toHaveLength(3)
  })

  it('holds what somebody has seen against what is there now', () => {
    const { observer, shown } = watched()
    observer.looks('a', observer.placed(shown.map(({ payload }) => payload)))
    observer.looks('a', shown.slice(0, 2))
    expect(wrongsOf(observer, shown)).toEqual([])
    observer.looks('a', shown.slice(1))
    expect(wrongsOf(observer, shown)).toEqual(['rewritten'])
  })

  it('looks for a write where its writer has found it to be', () => {
    const { observer, shown } = watched()
    const write = observer.begins({ persistenceId: 'a', fromSequenceNr: 8, size: 1, view: [] })
    observer.finds(write, { fromSequenceNr: 6, view: shown })
    observer.ends(write, 'acknowledged')
    expect(wrongsOf(observer, [...shown, event(6, payloadOf(write, 0))])).toEqual([])
  })
})
