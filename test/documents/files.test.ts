/** Where the data folder cannot be written, the person is told what to do, not where the program stood. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const canMount = spawnSync('unshare', ['-rm', 'true']).status === 0
const name = 'a disk that is read-only is named, with the way out'

// Node calls it ENOENT there
test.skipIf(!canMount)(canMount ? name : `WITHOUT NAMESPACES: ${name}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'tiaowen-read-only-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const script = `
    import(${JSON.stringify(resolve('src/documents/files.ts'))})
      .then(({ makeFolder }) => makeFolder(${JSON.stringify(join(folder, 'data/documents'))}))
      .catch(({ code, message }) => console.log(code + ' ' + message))`
  const inside = 'mount -t tmpfs -o ro none "$1" && exec "$2" --disable-warning=ExperimentalWarning -e "$3"'
  const parameters = ['-rm', '/bin/sh', '-c', inside, 'sh', folder, process.execPath, script]
  const { stdout } = spawnSync('unshare', parameters, { encoding: 'utf8', timeout: 30_000 })
  expect(stdout).toBe(
    `data-unwritable 无法写入 ${folder}/data/documents（ENOENT）。` +
      '请检查磁盘与数据文件夹的权限，或用 TIAOWEN_DATA_FOLDER 指到能写的文件夹。\n',
  )
})
