/** The search within this process against the contract, and against itself: what it gives when nothing else can. */
import { assemble } from '../../src/retrieval/library-files.ts'
import { describeSearch } from '../contracts/search.ts'

describeSearch('EmbeddedSearch', async (assembly) => assemble(assembly).library)
