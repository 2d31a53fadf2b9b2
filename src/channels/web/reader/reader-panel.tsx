/** The reader beside the conversation. */
export function ReaderPanel() {
  return <aside className="reader-panel" />
}
