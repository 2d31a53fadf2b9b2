/** What a process that indexes again and again holds after a round; sizes in bytes. */
export interface Reading {
  readonly round: number
  readonly heap: number
  readonly rss: number
  readonly generations: number
  /** Names in the index that are neither CURRENT nor of a generation. */
  readonly strangers: readonly string[]
  readonly files: number
  /** Files with more than one name. */
  readonly shared: number
  /** Most names of one file. */
  readonly links: number
  readonly openFiles: number
}
