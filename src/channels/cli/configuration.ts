/** `tiaowen config`: the settings checked, as they are in effect, or to begin with. */
import { plain, type Style } from '../render.ts'
import { EXIT } from './help.ts'

/** All of it without the value of a secret. */
export interface ConfigurationReport {
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
  /** Absent: there is none. */
  readonly file?: string
}

export interface ConfigurationParts {
  /** @param file instead of the one that is found */
  readonly check: (file?: string) => Promise<ConfigurationReport>
  /** @throws PolicyError where there is none in effect, since it is wrong */
  readonly show: (file?: string) => string
  readonly example: () => string
}

export const CONFIG_WORKS = ['check', 'show', 'example'] as const

export interface ConfigurationRequest {
  readonly work: (typeof CONFIG_WORKS)[number]
  readonly file?: string
}

/** Of a check: 1 where there is an error; warnings are 0. */
export async function configuration(
  { work, file }: ConfigurationRequest,
  { check, show, example }: ConfigurationParts,
  { print, style }: { readonly print: (text: string) => void; readonly style: Style },
): Promise<number> {
  if (work !== 'check') {
    print(plain(work === 'show' ? show(file) : example()))
    return EXIT.done
  }
  const report = await check(file)
  for (const message of report.errors) print(`${style.strong('错误 error')}  ${plain(message)}`)
  for (const message of report.warnings) print(`${style.warning('警告 warning')}  ${plain(message)}`)
  print(plain(summary(report)))
  return report.errors.length > 0 ? EXIT.failed : EXIT.done
}

function summary({ errors, warnings, file }: ConfigurationReport): string {
  const from = file === undefined ? '没有设置文件，只有环境变量 no file, the environment alone' : `设置文件 file ${file}`
  return `${from}：${errors.length} 处错误 errors，${warnings.length} 处警告 warnings。`
}
