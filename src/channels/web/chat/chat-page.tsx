/** Asking. */
export function ChatPage() {
  return <main />
}
