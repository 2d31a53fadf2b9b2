/** `tiaowen state`: what was carried where, and the next step. */
import { json, type Printing } from './answers.ts'
import { plain } from '../render.ts'
import { EXIT } from './help.ts'

export type CarryTo = 'database' | 'file'

interface Carried {
  /** Of each table. */
  readonly rows: Readonly<Record<string, number>>
  /** Where the file lies now that was there. */
  readonly aside?: string
}

export interface CarryParts {
  /** @param replace what is there gives way */
  toDatabase(replace: boolean): Promise<Carried>
  toFile(replace: boolean): Promise<Carried>
}

export interface CarryWanted {
  readonly to: CarryTo
  readonly replace: boolean
  readonly json: boolean
}

export async function carry(parts: CarryParts, { to, replace, json: isJson }: CarryWanted, { print }: Printing): Promise<number> {
  const { rows, aside } = await (to === 'database' ? parts.toDatabase(replace) : parts.toFile(replace))
  if (isJson) {
    print(json({ to, rows, ...(aside !== undefined && { aside }) }))
    return EXIT.done
  }
  const counted = `${rows['conversations']} 个对话、${rows['feedback']} 条评价、${rows['api_keys']} 把密钥、${rows['people']} 位人员、${rows['audit']} 条审计`
  const lines = [
    `已搬到${to === 'database' ? '数据库' : '数据文件夹'}：${counted}。`,
    ...(aside === undefined ? [] : [`原来的文件改名为 ${aside}，确认无误后可以删除。`]),
    to === 'database' ? '现在可以启动各个副本。' : '数据库里的没有动。请去掉 DATABASE_URL，再启动服务。',
  ]
  print(plain(lines.join('\n')))
  return EXIT.done
}
