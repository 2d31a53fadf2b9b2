/** Errors are for what someone must mend. A question without support is an Answer, not an error. */

/** Stable codes: they travel in problem+json, in the log and in exit messages. */
export type ErrorCode =
  | 'bad-request'
  | 'question-too-long'
  | 'body-too-large'
  | 'unauthorized'
  | 'sign-in-failed'
  | 'forbidden'
  | 'rate-limited'
  | 'overloaded'
  | 'no-such-document'
  | 'no-such-clause'
  | 'no-such-route'
  | 'no-such-conversation'
  | 'no-such-exchange'
  | 'no-such-key'
  | 'no-such-person'
  | 'no-such-collection'
  | 'not-answered'
  | 'state-unusable'
  | 'file-unreadable'
  | 'file-encoding'
  | 'file-format'
  | 'sidecar-invalid'
  | 'folder-missing'
  | 'index-missing'
  | 'index-building'
  | 'index-corrupt'
  | 'index-locked'
  | 'index-unwritable'
  | 'search-unavailable'
  | 'model-missing'
  | 'model-corrupt'
  | 'native-missing'
  | 'port-busy'
  | 'disk-full'
  | 'data-unwritable'
  | 'library-busy'
  | 'config-invalid'
  | 'uploads-off'
  | 'no-such-upload'
  | 'too-many-uploads'
  | 'queue-full'
  | 'checks-full'
  | 'data-newer'
  | 'backup-failed'
  | 'backup-damaged'
  | 'restore-refused'
  | 'internal'

/** `message` says what, where and the next step. */
export class PolicyError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'PolicyError'
    this.code = code
  }
}
