/** Is the cluster whole? All the nodes that should be there, and a leader among them. */
import { z } from 'zod'
import { unavailable, type Connection } from './connection.ts'

const Nodes = z.object({ nodes: z.array(z.object({ name: z.string(), status: z.string().optional() })).nullish() })
const Statistics = z.object({
  statistics: z.array(z.object({ leaderId: z.string().optional(), raft: z.object({ state: z.string().optional() }).optional() })).nullish(),
})

export interface ClusterSeen {
  /** Healthy nodes. */
  readonly healthy: number
  readonly names: readonly string[]
}

/** The nodes that are there. @throws PolicyError `search-unavailable` */
export async function lookAt(connection: Connection): Promise<ClusterSeen> {
  const { nodes } = Nodes.parse((await connection.rest('GET', '/v1/nodes')) ?? {})
  const names = (nodes ?? []).filter(({ status }) => status === 'HEALTHY').map(({ name }) => name)
  return { healthy: names.length, names }
}

/**
 * A node that died vanishes from the list, and what is written then counts as written by a majority of those that are
 * left: so the nodes are counted before anything is written, and after.
 * @throws PolicyError `search-unavailable`
 */
export async function expectWhole(connection: Connection): Promise<void> {
  const { expectedNodes } = connection.config
  const { healthy, names } = await lookAt(connection)
  if (healthy < expectedNodes) {
    throw unavailable(
      `检索集群应有 ${expectedNodes} 个节点，现有 ${healthy} 个（${names.join('、') || '无 none'}）。没有写入；请恢复缺失的节点，或改 TIAOWEN_SEARCH_NODES。` +
        'Nodes of the search cluster are missing; nothing is written.',
    )
  }
  const { statistics } = Statistics.parse((await connection.rest('GET', '/v1/cluster/statistics')) ?? {})
  const hasLeader = (statistics ?? []).some(({ raft, leaderId }) => raft?.state === 'Leader' || (leaderId ?? '') !== '')
  if (!hasLeader) throw unavailable('检索集群没有选出主节点，请稍候再试。The search cluster has no leader yet; try again in a moment.')
}
