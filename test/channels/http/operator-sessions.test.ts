/** Sessions of the operator in memory: the contract. */
import { MemoryOperatorSessions } from '../../../src/channels/http/operator-sessions.ts'
import { describeOperatorSessions } from '../../contracts/operator-sessions.ts'

describeOperatorSessions('MemoryOperatorSessions', {
  open: async (now) => ({ operatorSessions: new MemoryOperatorSessions(now), close: async () => {} }),
})
