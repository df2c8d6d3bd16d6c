/** Why the embedded DynamoDB did not start. Permanent names. */
export type EmbeddedDynamoDBErrorCode =
  | 'BAD_OPTIONS'
  | 'FOLDER_IN_USE'
  | 'FOLDER_UNUSABLE'
  | 'PORT_UNAVAILABLE'
  | 'MISSING_PACKAGE'

/** The embedded DynamoDB did not start; the message says what to do about it. */
export class EmbeddedDynamoDBError extends Error {
  override readonly name = 'EmbeddedDynamoDBError'
  readonly code: EmbeddedDynamoDBErrorCode

  constructor(code: EmbeddedDynamoDBErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
