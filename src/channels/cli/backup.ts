/** `tiaowen backup` and `tiaowen restore`: what was taken, compared or put back, and the next step. */
import { json, type Printing } from './answers.ts'
import { plain } from '../render.ts'
import { EXIT } from './help.ts'

/** What a backup says of itself; see backup/manifest.ts. */
export interface BackupFacts {
  readonly programVersion: string
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly generation: string | null
  readonly documents: number
  readonly conversations: number
  readonly citations: { readonly total: number; readonly resolved: number }
  readonly operatorDocuments: readonly unknown[]
  readonly notices: readonly string[]
  readonly leftOut: readonly string[]
  readonly files: Readonly<Record<string, { readonly bytes: number }>>
}

export interface BackupWanted {
  readonly target: string
  /** Backups to keep; absent: all. */
  readonly keep?: number
}

export interface RestoreWanted {
  readonly backup: string
  /** `data/` and `index/` of this folder; absent: those of the configuration. */
  readonly into?: string
  readonly replace: boolean
}

export interface BackupParts {
  take(wanted: BackupWanted): Promise<{
    readonly folder: string
    readonly manifest: BackupFacts
    readonly pruned: readonly string[]
    readonly bytes: number
    readonly sharedBytes: number
  }>
  verify(backup: string): Promise<Checked>
  restore(wanted: RestoreWanted): Promise<Checked & { readonly setAside: readonly string[] }>
}

interface Checked {
  readonly manifest: BackupFacts
  /** Asked again and answered alike. */
  readonly questions: number
  readonly notices: readonly string[]
}

interface Saying extends Printing {
  readonly printError: (text: string) => void
  readonly isJson: boolean
}

/** Prints the folder of the backup last, so that a script can take it. */
export async function backUp(parts: BackupParts, wanted: BackupWanted, { print, printError, isJson }: Saying): Promise<number> {
  const { folder, manifest, pruned, bytes, sharedBytes } = await parts.take(wanted)
  for (const notice of manifest.notices) printError(plain(`注意：${notice}`))
  if (isJson) {
    print(json({ folder, bytes, sharedBytes, pruned, ...summaryOf(manifest) }))
    return EXIT.done
  }
  const { leftOut, operatorDocuments } = manifest
  const lines = [
    `已备份 ${contentsOf(manifest)}。`,
    `共 ${sizeWords(bytes)}${sharedBytes > 0 ? `，其中 ${sizeWords(sharedBytes)} 与上一份备份共用` : ''}。`,
    ...(operatorDocuments.length > 0 ? [`管理员文件夹里的 ${operatorDocuments.length} 份文件不在备份里（文本在）；它们的路径与校验值记在清单里，请另行备份。`] : []),
    ...(leftOut.length > 0 ? [`数据文件夹里未备份的：${leftOut.join('、')}`] : []),
    ...(pruned.length > 0 ? [`按 --keep 删去旧备份 ${pruned.length} 份。`] : []),
    folder,
  ]
  print(plain(lines.join('\n')))
  return EXIT.done
}

export async function verify(parts: BackupParts, backup: string, { print, printError, isJson }: Saying): Promise<number> {
  const { manifest, questions, notices } = await parts.verify(backup)
  for (const notice of notices) printError(plain(`注意：${notice}`))
  const facts = { backup, isWhole: true, questions, ...summaryOf(manifest) }
  print(isJson ? json(facts) : plain(`备份完好：${contentsOf(manifest)}。${checkedWords(manifest, questions)}`))
  return EXIT.done
}

export async function restore(parts: BackupParts, wanted: RestoreWanted, { print, printError, isJson }: Saying): Promise<number> {
  const { manifest, questions, setAside, notices } = await parts.restore(wanted)
  for (const notice of notices) printError(plain(`注意：${notice}`))
  if (isJson) {
    print(json({ backup: wanted.backup, questions, setAside, ...summaryOf(manifest) }))
    return EXIT.done
  }
  const lines = [
    `已恢复 ${manifest.startedAt} 的备份：${contentsOf(manifest)}。${checkedWords(manifest, questions)}`,
    ...setAside.map((folder) => `原有的数据保存在 ${folder}，确认无误后可以删除。`),
    '现在可以启动服务；管理员文件夹里的文件若与备份时不同，启动后会自动更新索引。',
  ]
  print(plain(lines.join('\n')))
  return EXIT.done
}

function contentsOf({ documents, conversations, generation, citations }: BackupFacts): string {
  return `${documents} 份文件，${conversations} 个对话（引文 ${citations.resolved}/${citations.total} 处有原文），索引 ${generation ?? '无'}`
}

function checkedWords({ files }: BackupFacts, questions: number): string {
  const asked = questions > 0 ? `，${questions} 个问题的回答与备份时相同` : ''
  return `核对 ${Object.keys(files).length} 个文件的校验值${asked}。`
}

function summaryOf({ programVersion, startedAt, generation, documents, conversations, citations, notices, leftOut, files }: BackupFacts) {
  const count = Object.keys(files).length
  return { programVersion, startedAt, generation, documents, conversations, citations, notices, leftOut, files: count }
}

/** @example sizeWords(268_400_000) // '268.4 MB' */
function sizeWords(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}
