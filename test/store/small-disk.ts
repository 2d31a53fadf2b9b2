/** A real disk of a few megabytes that can be full: a tmpfs in a namespace of its own, which takes no root to mount. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface SmallDisk {
  readonly folder: string
  /** Fills it but for so many KiB. */
  fill(free: number): void
  /** Takes away what filled it. */
  clear(): void
  close(): void
}

const BALLAST = 'ballast'
const MOUNT = 'mount -t tmpfs -o size="$0" tmpfs /mnt && echo mounted && exec cat'

/** `size` as mount says it, e.g. `24m`; the reason where it cannot be had. */
export async function smallDisk(size: string): Promise<SmallDisk | { readonly reason: string }> {
  const holder = spawn('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', MOUNT, size])
  let reason = ''
  holder.stderr.setEncoding('utf8').on('data', (text: string) => (reason += text))
  const mounted = once(holder.stdout, 'data').then(() => true)
  const refused = once(holder, 'close').then(() => false, (error: Error) => void (reason ||= error.message))
  if (!(await Promise.race([mounted, refused]))) return { reason: reason.trim() || 'mount ended without a word' }
  const folder = `/proc/${holder.pid}/root/mnt`
  const clear = (): void => rmSync(join(folder, BALLAST), { force: true })
  return {
    folder,
    fill: (free) => {
      clear()
      const { bavail, bsize } = statfsSync(folder)
      const bytes = bavail * bsize - free * 1024
      if (bytes < 0) throw new Error(`${folder} has only ${(bavail * bsize) / 1024} KiB, not ${free}`)
      writeFileSync(join(folder, BALLAST), Buffer.alloc(bytes))
    },
    clear,
    close: () => void holder.stdin.end(),
  }
}
