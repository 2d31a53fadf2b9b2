/** Words that one copy of the program sends to all others, soon and as well as it can: who is away does not hear them. */

export interface Relay {
  /** Nobody waits for it; what does not arrive is lost. */
  tell(word: string): void
  /** Of what others tell; never of what is told here. */
  listen(listener: (word: string) => void): void
}
