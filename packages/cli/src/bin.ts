#!/usr/bin/env node
import { InterruptedError } from './cli-error.js'
import { ExitCode } from './exit-code.js'
import { main } from './main.js'

// The SDK would warn of the coming end of Node 20 in the middle of the output.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'

const interrupted = new AbortController()
// Not SIGHUP: a listener would undo what nohup does.
const codes = { SIGINT: ExitCode.INTERRUPTED, SIGTERM: ExitCode.TERMINATED }
const interrupt = (signal: NodeJS.Signals): void => {
  // The second one ends the process at once.
  for (const name of Object.keys(codes)) process.off(name, interrupt)
  interrupted.abort(new InterruptedError(codes[signal as keyof typeof codes]))
}
for (const name of Object.keys(codes)) process.on(name, interrupt)

const { stdin, stdout, stderr, env } = process
process.exitCode = await main(process.argv.slice(2), {
  stdin,
  stdout,
  stderr,
  env,
  folder: process.cwd(),
  signal: interrupted.signal,
})
