/** Disks that fail: at the Nth call, once or from then on, before the call has its effect or after a part of it. */
import type { Disk } from '../../src/store/disk.ts'

export interface FaultPlan {
  /** Which call fails, from 1. */
  readonly at: number
  /** ENOSPC, EIO, … */
  readonly code: string
  /** This call alone, or this and all after it. */
  readonly lasts: 'once' | 'forever'
  /** Nothing done, or (create) half the bytes written, (others) all done and an error all the same. */
  readonly effect: 'none' | 'partial'
  /** Calls that do not fail and are not counted, e.g. reads for a full disk. */
  readonly spares?: readonly (keyof Disk)[]
}

export interface FaultDisk extends Disk {
  /** Calls counted so far. */
  readonly calls: number
  /** The calls that failed. */
  readonly failed: readonly string[]
}

export function faultDisk(disk: Disk, plan: FaultPlan): FaultDisk {
  let calls = 0
  const failed: string[] = []
  const fails = (call: keyof Disk, path: string) => {
    if (plan.spares?.includes(call)) return false
    calls++
    const isHit = plan.lasts === 'once' ? calls === plan.at : calls >= plan.at
    if (isHit) failed.push(`${call} ${path}`)
    return isHit
  }
  const error = (call: keyof Disk, path: string) =>
    Object.assign(new Error(`${plan.code}: planned, ${call} '${path}'`), { code: plan.code })
  /** A call that, when it fails, does nothing or everything. */
  const around =
    <Rest extends unknown[], Result>(call: keyof Disk, work: (path: string, ...rest: Rest) => Promise<Result>) =>
    async (path: string, ...rest: Rest): Promise<Result> => {
      const isHit = fails(call, path)
      if (isHit && plan.effect === 'none') throw error(call, path)
      const result = await work(path, ...rest)
      if (isHit) throw error(call, path)
      return result
    }
  return {
    get calls() {
      return calls
    },
    failed,
    makeFolder: around('makeFolder', disk.makeFolder),
    list: around('list', disk.list),
    size: around('size', disk.size),
    read: around('read', disk.read),
    readInPieces: async function* (path) {
      if (fails('readInPieces', path)) throw error('readInPieces', path)
      yield* disk.readInPieces(path)
    },
    create: async (path, bytes) => {
      if (!fails('create', path)) return disk.create(path, bytes)
      if (plan.effect === 'partial') await disk.create(path, bytes.subarray(0, bytes.length >> 1))
      throw error('create', path)
    },
    link: around('link', disk.link),
    syncFile: around('syncFile', disk.syncFile),
    syncFolder: around('syncFolder', disk.syncFolder),
    rename: around('rename', disk.rename),
    remove: around('remove', disk.remove),
  }
}
