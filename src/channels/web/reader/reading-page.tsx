/** The reader on a page of its own. */
export function ReadingPage() {
  return <main />
}
