/** ONNX Runtime, as published for Linux and macOS since 1.29, tells its maker of every model it opens. Not from here. */

/** The name is read by the native library itself, once, when it is loaded. */
export const OPT_OUT = 'ORT_DISABLE_TELEMETRY'

/**
 * Before the library is loaded: nothing is collected, written or sent then. Of the main thread, whose variables are
 * the process's; a worker thread has a copy that native code does not see.
 */
export function sendNothing(): void {
  process.env[OPT_OUT] = '1'
}
