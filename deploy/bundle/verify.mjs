/** `./tiaowen verify`: is every file of the bundle as it was packed, and is there none besides? Exit code 0 or 1. */

import { readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { differences, readSums, SUMS } from './sums.mjs'

const SHOWN = 20
const WORDS = { missing: '缺少 missing', changed: '已改动 changed', added: '多出 not of the bundle' }

const home = fileURLToPath(new URL('..', import.meta.url))

/** What the program writes when nobody has named other places; nothing in them is ever run. */
const named = [process.env.TIAOWEN_DATA_FOLDER, process.env.TIAOWEN_INDEX_FOLDER].filter((folder) => folder)
const owned = ['data', 'index', ...named.map((folder) => relative(home, resolve(folder)).replaceAll('\\', '/'))]
const isOwned = (path) => path === SUMS || path === 'models/pins.json' || path === 'tiaowen.yaml' || owned.includes(path)

const sums = readSums(readFileSync(join(home, SUMS), 'utf8'))
const wrong = await differences(home, sums, isOwned)
for (const { kind, path } of wrong.slice(0, SHOWN)) console.error(`${WORDS[kind]}: ${path}`)
if (wrong.length > SHOWN) console.error(`…… 另有 ${wrong.length - SHOWN} 处 more`)
if (wrong.length === 0) console.log(`完好：${sums.size} 个文件与 ${SUMS} 一致。All ${sums.size} files are as they were packed.`)
else console.error(`有 ${wrong.length} 处与 ${SUMS} 不符：请重新解压安装包，数据不受影响。Unpack the archive anew; data is not touched.`)
process.exitCode = wrong.length === 0 ? 0 : 1
