/** How Node is started for the program; the start script of the bundle says the same in its own words. */

/**
 * What a long-running process need not take, measured while 60,000 clauses are served: V8 lets its young generation
 * grow before it collects (150 MB; collecting sooner is no slower). And what it may take: by itself Node ends at 4 GB of
 * objects however large the machine is, and a million clauses take 9.7 GB in all while they are indexed.
 */
export const FLAGS = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=4', '--max-old-space-size-percentage=50']

/** glibc keeps memory apart for each thread, and what was freed: 80 MB. */
export const MEMORY = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
}
