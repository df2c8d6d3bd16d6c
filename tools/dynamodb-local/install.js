// @ts-check
import { buildOnce } from '../maven/build-once.js'

/**
 * Makes sure that a runnable DynamoDB Local is on disk and returns its folder.
 *
 * @returns {Promise<string>}
 */
export const installDynamoDBLocal = () =>
  buildOnce({ title: 'DynamoDB Local', project: import.meta.dirname, name: 'dynamodb-local' })
