/** One set-up at a time: a second start waits for the first instead of installing over it. */

import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { say, SetUpError } from './say.mjs'

const POLL_MS = 250
const OLDEST_MS = 30 * 60_000

/**
 * Does the work while no other process does it. A lock whose owner is gone is taken over.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function alone(file, work) {
  let told = false
  while (!take(file)) {
    if (!told) say(`另一个进程正在安装，等它完成 waiting for another start to finish setting up (${file})`)
    told = true
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  const release = () => {
    if (ownerOf(file) === process.pid) rmSync(file, { force: true })
  }
  process.once('exit', release)
  try {
    return await work()
  } finally {
    process.off('exit', release)
    release()
  }
}

function take(file) {
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'ENOSPC') throw new SetUpError('磁盘已满：请腾出约 2 GB 后再运行 the disk is full: free about 2 GB and run it again')
    if (error.code !== 'EEXIST') {
      throw new SetUpError(`不能写入 ${file}：请检查权限 cannot write ${file} (${error.code}): check the permissions of the folder`)
    }
    if (isAbandoned(file)) rmSync(file, { force: true })
    return false
  }
}

function ownerOf(file) {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

function isAbandoned(file) {
  try {
    const owner = ownerOf(file)
    const ageMs = Date.now() - statSync(file).mtimeMs
    if (ageMs > OLDEST_MS) return true
    if (!Number.isInteger(owner) || owner <= 0) return ageMs > 5_000 // its owner is about to write its number
    process.kill(owner, 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}
