// @ts-check
// What the preset of @shelf/jest-dynamodb reads in its setup and in its teardown; jest-setup.js has set the variables.
module.exports = {
  tables: [],
  hostname: '127.0.0.1',
  port: Number(process.env['DYNACT_TEST_PORT']),
  installerConfig: { installPath: process.env['DYNACT_TEST_INSTALL_PATH'] },
  // DynamoDB Local has no option to listen on one interface only. The allowed origin is this run's name: it shuts
  // out web pages (the default is "*"), and jest-setup.js recognises the server that it started by it.
  options: ['-sharedDb', '-disableTelemetry', '-cors', process.env['DYNACT_TEST_RUN']],
}
