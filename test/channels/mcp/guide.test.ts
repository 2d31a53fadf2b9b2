/** docs/clients.md says what the program does. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { MODEL } from '../../../src/channels/http/openai-schemas.ts'
import { DRAFT_CHARACTERS } from '../../../src/channels/mcp/schemas.ts'
import { LIMITS } from '../../../src/channels/mcp/sessions.ts'
import { TEMPLATES } from '../../../src/channels/mcp/resources.ts'
import { TOOLS } from '../../../src/channels/mcp/tools.ts'

const GUIDE = readFileSync('docs/clients.md', 'utf8')
const blocks = (language: string) => [...GUIDE.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))].map(([, text]) => text!)

test('every tool and every kind of resource is told, and none else', () => {
  const told = [...GUIDE.matchAll(/^\| `([a-z_]+)` \| [^|]+\|$/gm)].map(([, name]) => name)
  expect(told.filter((name) => !/^(?:temperature|tools)$/.test(name!))).toEqual(Object.keys(TOOLS))
  for (const { uriTemplate } of TEMPLATES) expect(GUIDE).toContain(uriTemplate)
})

test('what is to be copied can be read by what it is for', () => {
  const configurations = blocks('json').map((text) => JSON.parse(text) as Record<string, Record<string, object>>)
  expect(configurations.map((one) => Object.keys(Object.values(one)[0] ?? {}))).toEqual([['tiaowen'], ['tiaowen'], ['tiaowen']])
  const [yaml = ''] = blocks('yaml')
  expect(parse(yaml)).toMatchObject({ endpoints: { custom: [{ models: { default: [MODEL] } }] } })
})

test('the limits are those of the program', () => {
  expect(GUIDE).toContain(`where all are at work | ${LIMITS.most} |`)
  expect(GUIDE).toContain(`ends after | ${LIMITS.idleMs / 60_000} minutes |`)
  expect(GUIDE).toContain(`message on stdio | ${LIMITS.bodyBytes / 1024 / 1024} MiB |`)
  expect(GUIDE).toContain(`up to ${DRAFT_CHARACTERS.toLocaleString('en')} characters`)
})
