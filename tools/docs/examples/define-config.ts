import { deepEqual } from 'node:assert/strict'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { defineConfig, ExitCode, main } from '@dynact/cli'
import { type Serializer, serialization } from '@dynact/persistence'

const orderSerializer: Serializer<string> = {
  identifier: 1200,
  manifest: () => '',
  toBinary: (order) => Buffer.from(order),
  fromBinary: (bytes) => Buffer.from(bytes).toString(),
}
// The command finds the table of this config file, when this is loaded.
setImmediate(async () => {
  const [stdin, stdout, stderr] = [Readable.from([]), new PassThrough(), new PassThrough()]
  const { env } = process
  const args = ['tables', 'create', '--only', 'journal', '--config', import.meta.filename]
  const { signal } = new AbortController()
  const endpoint = env['AWS_ENDPOINT_URL_DYNAMODB'] ?? ''
  const code = await main([...args, '--endpoint', endpoint], { stdin, stdout, stderr, env, folder: '.', signal })
  stdout.end()
  deepEqual([code, await text(stdout)], [ExitCode.OK, 'orders: ready\n'])
})
// @example defineConfig
