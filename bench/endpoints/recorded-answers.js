// @ts-check
// Answers a read that it has seen before at once, with what the database behind it answered then; passes everything else on. In a
// process of its own. So a read costs the machine what it costs where the database has machines of its own.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { rawAnswer, serveRaw } from './raw-server.js'

const [role, target = ''] = process.argv.slice(2)
const READS = /x-amz-target: DynamoDB_20120810\.(?:Query|GetItem|BatchGetItem)\r?$/im

/** Passes a request on. @param {import('./raw-server.js').RawRequest} request */
const forward = async ({ head, body }) => {
  const headers = head
    .split('\r\n')
    .slice(1)
    .map(
      (line) =>
        /** @type {[string, string]} */ ([line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
    )
    .filter(([name]) => /^(x-amz-|authorization|content-type)/i.test(name))
  const send = () => fetch(target, { method: 'POST', headers, body: Buffer.from(body, 'latin1') })
  // The database may be closing the idle connection that was taken for it.
  const response = await send().catch(send)
  return { isGood: response.ok, answer: rawAnswer(Buffer.from(await response.arrayBuffer()), response.status) }
}

const serve = () => {
  /** @type {Map<string, Buffer>} */
  const recorded = new Map()
  serveRaw((request) => {
    const isRead = READS.test(request.head)
    const known = isRead && recorded.get(request.body)
    if (known) return known
    return forward(request).then(({ isGood, answer }) => {
      if (isRead && isGood) recorded.set(request.body, answer)
      return answer
    })
  })
}

if (process.send !== undefined && role === 'recorded') serve()

/** @param {string} url the database behind it @returns {Promise<{ url: string, stop: () => void }>} */
export const startRecordedAnswers = async (url) => {
  const child = fork(new URL(import.meta.url), ['recorded', url])
  const [address] = await once(child, 'message')
  return { url: String(address), stop: () => void child.kill() }
}
