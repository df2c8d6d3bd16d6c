#!/usr/bin/env node
import { InterruptedError } from './cli-error.js'
import { main } from './main.js'

// The SDK would warn of the coming end of Node 20 in the middle of the output.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'

const interrupted = new AbortController()
// The second one ends the process at once.
process.once('SIGINT', () => interrupted.abort(new InterruptedError()))

const { stdin, stdout, stderr, env } = process
process.exitCode = await main(process.argv.slice(2), {
  stdin,
  stdout,
  stderr,
  env,
  folder: process.cwd(),
  signal: interrupted.signal,
})
