/** Config → what a person should mend before the start, as far as it can be seen without starting anything. */
import { accessSync, constants, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isLoopback, type Config } from './config.ts'
import { findModel } from './embedding/model-files.ts'
import { openSearch } from './open-search.ts'
import { findReranker } from './reranking/reranker-files.ts'

export interface Finding {
  /** error: it would not start, or not as it is asked to. warning: it would, with less. */
  readonly level: 'error' | 'warning'
  readonly message: string
}

const CHECKOUT = fileURLToPath(new URL('..', import.meta.url))

const error = (message: string): Finding => ({ level: 'error', message })
const warning = (message: string): Finding => ({ level: 'warning', message })

/** Changes nothing: opens a port for a moment, looks at folders, asks the database and the search cluster whether they are there. */
export async function checkConfig(config: Config): Promise<readonly Finding[]> {
  return [
    ...config.folders.flatMap(readable),
    ...[config.dataFolder, config.indexFolder].flatMap(writable),
    ...modelOf(config),
    ...rerankerOf(config),
    ...(config.corpus === undefined ? [] : readable(config.corpus).map(({ message }) => warning(message))),
    ...Object.values(config.bots.off).map(warning),
    ...clearText(config),
    ...(await databaseOf(config)),
    ...(await searchOf(config)),
    ...(await portOf(config)),
  ]
}

function readable(folder: string): Finding[] {
  if (!isFolder(folder)) return [error(`文件夹 ${folder} 不存在或不是文件夹。请建立它，或改正设置。The folder does not exist.`)]
  if (can(folder, constants.R_OK | constants.X_OK)) return []
  return [error(`文件夹 ${folder} 不能读取。请给运行条问的用户读取的权限。The folder may not be read.`)]
}

/** It is made at the start where it is not there yet. */
function writable(folder: string): Finding[] {
  const present = firstPresent(folder)
  if (!isFolder(present)) return [error(`${present} 不是文件夹，${folder} 无法使用。请改正设置。It is not a folder.`)]
  if (can(present, constants.R_OK | constants.W_OK | constants.X_OK)) return []
  return [error(`文件夹 ${present} 不能写入。请给运行条问的用户写入的权限。The folder may not be written to.`)]
}

function firstPresent(path: string): string {
  const above = dirname(path)
  return statSync(path, { throwIfNoEntry: false }) || above === path ? path : firstPresent(above)
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false // what may not be looked at is none for us
  }
}

function can(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}

/** A folder that is named and holds no model is an error, though keywords would answer. */
function modelOf({ modelDir }: Config): Finding[] {
  if (modelDir === 'off') return []
  const search = findModel({ modelDirectory: modelDir, checkout: CHECKOUT })
  if (search.outcome === 'missing') return [modelDir === undefined ? warning(search.reason) : error(search.reason)]
  if (modelDir === undefined || search.model.folder === modelDir) return []
  return [error(`${search.notes.join(' ')} 将改用 instead: ${search.model.folder}`)]
}

/** A cluster that is away is a warning: it may be on its way up. */
async function searchOf(config: Config): Promise<Finding[]> {
  const engine = await openSearch(config, { log: () => {} })
  if (!engine) return []
  try {
    await engine.expectWhole()
    return []
  } catch (fault) {
    return [warning(fault instanceof Error ? fault.message : String(fault))]
  } finally {
    await engine.close()
  }
}

function rerankerOf({ reranker }: Config): Finding[] {
  try {
    if (reranker) findReranker(reranker.folder)
    return []
  } catch (cause) {
    return [error(cause instanceof Error ? cause.message : String(cause))]
  }
}

/** It would start, and answer without keeping; that is not what was asked for. */
async function databaseOf({ databaseUrl }: Config): Promise<Finding[]> {
  if (databaseUrl === undefined) return []
  const { examinePostgres } = await import('./state/postgres-session.ts')
  try {
    await examinePostgres(databaseUrl)
    return []
  } catch (cause) {
    return [error(cause instanceof Error ? cause.message : String(cause))]
  }
}

/** A key that anybody on the way can read. */
function clearText({ llm }: Config): Finding[] {
  if (llm?.key === undefined || !llm.url.startsWith('http:')) return []
  if (isLoopback(new URL(llm.url).hostname.replace(/^\[|\]$/g, ''))) return []
  return [warning('语言模型的密钥和问题经 http 明文发送。接口支持时请改用 https。TIAOWEN_LLM_URL is not https: its key goes in the clear.')]
}

const PORT_FAULTS: Readonly<Record<string, (place: string) => Finding>> = {
  EADDRINUSE: (place) => warning(`${place} 已有程序在监听；如果就是正在运行的条问，不必理会。The port is taken.`),
  EADDRNOTAVAIL: (place) => error(`${place} 不是这台机器的地址。请改正 TIAOWEN_HOST。The address is not of this machine.`),
  ENOTFOUND: (place) => error(`${place} 查不到这个主机名。请改正 TIAOWEN_HOST。The host name is not known.`),
  EACCES: (place) => error(`${place} 这个用户不能监听；请用 1024 以上的端口。This user may not serve on the port.`),
}

async function portOf({ host, port }: Config): Promise<Finding[]> {
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
    return []
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException
    const place = `${host}:${port}`
    return [PORT_FAULTS[code]?.(place) ?? error(`${place} 无法监听：${message}`)]
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
}
