import { testClientConfig } from '../index.js'

const endpointOfRun = process.env['DYNACT_TEST_ENDPOINT']
afterEach(() => {
  if (endpointOfRun === undefined) delete process.env['DYNACT_TEST_ENDPOINT']
  else process.env['DYNACT_TEST_ENDPOINT'] = endpointOfRun
})

test.each(['http://127.0.0.1:8000', 'http://localhost:1', 'http://[::1]:8000'])('accepts %s', (endpoint) => {
  process.env['DYNACT_TEST_ENDPOINT'] = endpoint

  expect(testClientConfig().endpoint).toBe(endpoint)
})

test.each(['https://dynamodb.eu-central-1.amazonaws.com', 'http://10.0.0.7:8000', 'http://127.0.0.1.example:8000'])(
  'refuses %s, which is not this machine',
  (endpoint) => {
    process.env['DYNACT_TEST_ENDPOINT'] = endpoint

    expect(testClientConfig).toThrow('on this machine only')
  },
)

test('says so where no emulator runs', () => {
  delete process.env['DYNACT_TEST_ENDPOINT']

  expect(testClientConfig).toThrow('No DynamoDB is running')
})
