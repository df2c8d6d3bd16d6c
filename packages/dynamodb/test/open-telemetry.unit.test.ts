import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { rejectionOf } from '../../../tools/test-support/failures.js'
import { Limiter } from '../src/limiter.js'
import { watch } from '../src/watch.js'
import { serviceError } from './fake-transport.js'
import { makeRequests, options } from './make-requests.js'

test('a tracer of OpenTelemetry makes a span of every request', async () => {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const limiter = new Limiter({ slots: 1, maxQueued: 1 })
  const watcher = watch({ table: 'events', tracer: provider.getTracer('dynact') }, limiter)
  const { requests } = makeRequests(
    (_, index) => {
      if (index > 0) throw serviceError('ValidationException')
      return {}
    },
    watcher === undefined ? {} : { watcher },
  )

  await requests.send('GetItem', { TableName: 'events', Key: {} }, options)
  await rejectionOf(requests.send('GetItem', { TableName: 'events', Key: {} }, options))

  expect(exporter.getFinishedSpans()).toMatchObject([
    {
      name: 'GetItem events',
      kind: SpanKind.CLIENT,
      attributes: { 'db.system.name': 'aws.dynamodb', 'dynact.persistence_id': 'orders-7', 'dynact.items': 0 },
      status: { code: SpanStatusCode.UNSET },
    },
    {
      attributes: { 'error.type': 'ValidationException' },
      status: { code: SpanStatusCode.ERROR },
      events: [{ name: 'exception' }],
    },
  ])
  await provider.shutdown()
})
