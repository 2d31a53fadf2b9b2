/**
 * A disk that loses power: it stops at the Nth call, and shows what may be left then.
 *
 * What was synced is left. Of the rest any subset may be: every name that was made, moved or removed since its folder
 * was synced is in its old or its new state, on its own; a file that was not synced is empty, torn at 512 bytes,
 * zero-filled from there, or whole.
 */
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Disk, nodeDisk } from '../../src/store/disk.ts'
import type { Random } from './random.ts'

export class PowerLoss extends Error {}

export interface LossyDisk extends Disk {
  /** Calls so far. */
  readonly calls: number
  /** Builds, in a folder that does not exist yet, one state the disk may be in after the power comes back. */
  leaveBehind(target: string, random: Random): void
}

type Names = ReadonlyMap<string, string>
const SECTOR = 512

/** `root` and what is in it now count as synced. `stopsAt`: the call, from 1, that the power does not reach. */
export function lossyDisk(root: string, stopsAt: number): LossyDisk {
  const files = new Map<string, Buffer>()
  const folders = new Map<string, Names>()
  const isFolder = new Map<string, boolean>()
  let calls = 0

  const idOf = (path: string) => {
    const { ino, birthtimeNs } = statSync(path, { bigint: true })
    const id = `${ino}:${birthtimeNs}`
    isFolder.set(id, statSync(path).isDirectory())
    return id
  }
  const namesIn = (path: string): Names => new Map(readdirSync(path).map((name) => [name, idOf(join(path, name))]))
  const keepFile = (path: string) => files.set(idOf(path), readFileSync(path))
  const keepFolder = (path: string) => folders.set(idOf(path), namesIn(path))
  const keepAll = (path: string) => {
    keepFolder(path)
    for (const name of readdirSync(path)) {
      const inner = join(path, name)
      if (statSync(inner).isDirectory()) keepAll(inner)
      else keepFile(inner)
    }
  }
  const powered = () => {
    calls++
    if (calls >= stopsAt) throw new PowerLoss(`no power at call ${calls}`)
  }
  const on =
    <Inputs extends unknown[], Result>(work: (...inputs: Inputs) => Promise<Result>) =>
    async (...inputs: Inputs): Promise<Result> => {
      powered()
      return work(...inputs)
    }
  keepAll(root)
  return {
    get calls() {
      return calls
    },
    makeFolder: on(nodeDisk.makeFolder),
    list: on(nodeDisk.list),
    size: on(nodeDisk.size),
    read: on(nodeDisk.read),
    readInPieces: async function* (path) {
      powered()
      yield* nodeDisk.readInPieces(path)
    },
    create: on(nodeDisk.create),
    syncFile: on(async (path) => void keepFile(path)),
    syncFolder: on(async (path) => void keepFolder(path)),
    link: on(nodeDisk.link),
    rename: on(nodeDisk.rename),
    remove: on(nodeDisk.remove),
    leaveBehind: (target, random) => {
      const now = { files: new Map<string, Buffer>(), folders: new Map<string, Names>() }
      const scan = (path: string) => {
        now.folders.set(idOf(path), namesIn(path))
        for (const name of readdirSync(path)) {
          const inner = join(path, name)
          if (statSync(inner).isDirectory()) scan(inner)
          else now.files.set(idOf(inner), readFileSync(inner))
        }
      }
      scan(root)
      const leave = (id: string, path: string) => {
        if (!isFolder.get(id)) return writeFileSync(path, files.get(id) ?? torn(now.files.get(id), random))
        mkdirSync(path)
        const old: Names = folders.get(id) ?? new Map()
        const recent: Names = now.folders.get(id) ?? new Map()
        for (const name of new Set([...old.keys(), ...recent.keys()])) {
          const left = random.pick([old.get(name), recent.get(name)])
          if (left !== undefined) leave(left, join(path, afterReboot(name)))
        }
      }
      leave(idOf(root), target)
    },
  }
}

/** No process of before is alive after a power cut: the boot id in the name of its lock is another. */
function afterReboot(name: string): string {
  return name.replace(/^(writer-\d+-)[0-9a-z]+/, '$100000000t0')
}

/** What may be left of a file that was not synced. */
function torn(bytes: Buffer | undefined, random: Random): Buffer {
  if (bytes === undefined) return Buffer.alloc(0)
  const cut = random.between(0, Math.ceil(bytes.length / SECTOR) + 1) * SECTOR
  const isZeroFilled = random.next() < 0.5
  return isZeroFilled ? Buffer.from(bytes).fill(0, Math.min(cut, bytes.length)) : bytes.subarray(0, cut)
}
