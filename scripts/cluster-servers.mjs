/** The servers that `npm run test:cluster` starts: Weaviate is built where Go is, PostgreSQL is the machine's. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { runInFront } from './processes.mjs'
import { say, SetUpError } from './say.mjs'

/** Not with -trimpath: it finds its dictionaries by the path they were compiled from. */
const WEAVIATE = 'github.com/weaviate/weaviate/cmd/weaviate-server@v1.35.2'

/** Some five minutes of two cores, once. @throws SetUpError */
export async function obtainServers() {
  if (!isInstalled('postgres')) throw new SetUpError('没有 PostgreSQL。请安装 Install it, e.g.: apt-get install postgresql')
  const named = process.env.WEAVIATE_BIN
  if (named ? existsSync(named) : existsSync(join(goFolder(), 'bin', 'weaviate-server'))) return
  if (named || !isInPath('go')) throw new SetUpError('没有 Weaviate，也没有 Go。请安装 Go 1.25 或更新的版本 Install Go 1.25 or newer, or set WEAVIATE_BIN')
  say(`编译 Weaviate（约五分钟）building Weaviate, some five minutes: go install ${WEAVIATE}`)
  const { code } = await runInFront('go', ['install', WEAVIATE], { env: process.env })
  if (code !== 0) throw new SetUpError(`go install ${WEAVIATE} 失败 failed (${code})`)
}

function goFolder() {
  const { status, stdout } = spawnSync('go', ['env', 'GOPATH'], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : join(homedir(), 'go')
}

const isInPath = (program) => (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)))

/** In the path, or where distributions put it beside the path. */
function isInstalled(program) {
  const versions = '/usr/lib/postgresql'
  const beside = existsSync(versions) ? readdirSync(versions) : []
  return isInPath(program) || beside.some((version) => existsSync(join(versions, version, 'bin', program)))
}
