/** The library as a table. */
export function DocumentsPage() {
  return <main />
}
