/** Makes the fixtures of older releases anew, each by that release itself: `node test/backup/make-release.ts`. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { checkOut, fixtureOf, inOffice, leftIn, RELEASES } from './releases.ts'

const RULES = '预付卡管理办法\n第一条 为了规范预付式消费，制定本办法。\n第二条 有下列情形之一的，予以退款：\n（一）商家停业的；\n（二）未提供服务的。\n'

/** The registry keeps where the folder lay, under a hash. */
const home = '/tmp/tiaowen-office'

for (const release of RELEASES) {
  const checkout = checkOut(release)
  if (!checkout) throw new Error(`${release.commit} is not in this history`)
  rmSync(home, { recursive: true, force: true })
  mkdirSync(join(home, 'documents'), { recursive: true })
  writeFileSync(join(home, 'documents', '办法.txt'), RULES)
  inOffice(checkout, home, 'furnish')
  mkdirSync(dirname(fixtureOf(release)), { recursive: true })
  writeFileSync(fixtureOf(release), `${JSON.stringify(leftIn(home, release.commit), undefined, 1)}\n`)
  rmSync(home, { recursive: true })
  rmSync(checkout, { recursive: true })
}
