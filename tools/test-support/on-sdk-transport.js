// Jest setup file of a project that runs on the SDK's transport. Its environment is that of one test file.
process.env['DYNACT_TEST_TRANSPORT'] = 'sdk'
