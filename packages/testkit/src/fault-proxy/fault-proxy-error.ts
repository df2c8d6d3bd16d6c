/** Why a fault proxy did not start, or what went wrong in it. Permanent names. */
export type FaultProxyErrorCode = 'BAD_OPTIONS' | 'FATE_FAILED'

/** A fault proxy did not start, or was told something impossible; the message says what to do about it. */
export class FaultProxyError extends Error {
  override readonly name = 'FaultProxyError'
  readonly code: FaultProxyErrorCode

  constructor(code: FaultProxyErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
