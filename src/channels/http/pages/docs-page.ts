/** `/docs`: the OpenAPI description as a page of our own, which loads nothing from elsewhere. */
import { html } from 'hono/html'
import { MEANINGS } from '../problem.ts'
import type { ApiDescription } from '../openapi.ts'
import { english, page, type Html } from './layout.ts'

/** The parts of JSON Schema that zod writes. */
interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean | Schema
  readonly required?: readonly string[]
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly description?: string
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>

interface Parameter {
  readonly name: string
  readonly in: string
  readonly description?: string
  readonly schema?: Schema
}

interface ResponseOf {
  readonly description?: string
  readonly content?: Content
}

interface Operation {
  readonly summary?: string
  readonly description?: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content?: Content }
  readonly responses?: Readonly<Record<string, ResponseOf>>
}

type Named<Value> = readonly [name: string, value: Value]

export function docsPage(description: ApiDescription): Html {
  const paths = Object.entries(description.paths ?? {}) as unknown as Named<Record<string, Operation>>[]
  const schemas = Object.entries(description.components?.schemas ?? {}) as unknown as Named<Schema>[]
  return page({
    title: 'API · 条问',
    className: 'narrow docs',
    body: html`<header class="masthead"><p class="back"><a href="/">条问 ${english('Tiaowen')}</a></p><h1>API</h1>
<p>${description.info.description} <a href="/openapi.json">openapi.json</a></p>
<pre>${EXAMPLE}</pre>
<p>设置了 TIAOWEN_API_KEY 时，除 /livez 外都要带 <code>Authorization: Bearer …</code> 或 <code>X-API-Key: …</code>。
${english('With a key configured, every route but /livez asks for it.')}</p></header>
<main>
${paths.map(pathSections)}
<h2 id="schemas">数据结构 ${english('Schemas')}</h2>
${schemas.map(schemaSection)}
<h2 id="errors">错误码 ${english('Errors, as application/problem+json')}</h2>
${table(Object.entries(MEANINGS).map(errorRow))}
</main>`,
  })
}

const EXAMPLE = `curl http://127.0.0.1:8787/api/ask -H 'Content-Type: application/json' -d '{"question":"…"}'`

const code = (words: string): Html => html`<code>${words}</code>`
const table = (rows: readonly Html[]): Html => html`<table><tbody>${rows}</tbody></table>`
const row = (...cells: readonly (Html | string | number | undefined)[]): Html =>
  html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>
`

const errorRow = ([name, { status, title }]: Named<{ status: number; title: string }>): Html =>
  html`<tr id="${name}"><td>${code(name)}</td><td>${status}</td><td>${title}</td></tr>
`

function pathSections([path, operations]: Named<Record<string, Operation>>): Html {
  return html`${Object.entries(operations).map(([method, operation]) => operationSection(method, path, operation))}`
}

function operationSection(method: string, path: string, operation: Operation): Html {
  const { summary, description, parameters = [], requestBody, responses = {} } = operation
  return html`<section class="operation"><h2><span class="method">${method.toUpperCase()}</span> ${code(path)}</h2>
<p>${summary}</p>
${description && html`<p>${description}</p>`}
${parameters.length > 0 && table(parameters.map(parameterRow))}
${table([...contentRows(requestBody?.content), ...Object.entries(responses).map(responseRow)])}
</section>`
}

const parameterRow = ({ name, in: place, description, schema }: Parameter): Html =>
  row(code(name), place, typeOf(schema), description ?? schema?.description)

const contentRows = (content: Content = {}): readonly Html[] =>
  Object.entries(content).map(([type, { schema }]) => row('→', type, typeOf(schema)))

const responseRow = ([status, { description, content = {} }]: Named<ResponseOf>): Html => {
  const bodies = Object.entries(content).map(([type, { schema }]) => html`${type} ${typeOf(schema)}<br>`)
  return row(status, description, html`${bodies}`)
}

function schemaSection([name, schema]: Named<Schema>): Html {
  return html`<section class="schema" id="schema-${name}"><h3>${name}</h3>${schemaBody(schema)}</section>
`
}

function schemaBody(schema: Schema): Html {
  const { properties, description, required = [] } = schema
  if (!properties) return html`<p>${typeOf(schema)} ${description}</p>`
  const rows = Object.entries(properties).map(([name, property]) =>
    row(html`${code(name)}${required.includes(name) ? '' : '?'}`, typeOf(property), property.description),
  )
  return html`${description && html`<p>${description}</p>`}${table(rows)}`
}

/** A schema in one line, e.g. `Passage[]`, `"found" | "absent"`. */
function typeOf(schema: Schema | undefined): Html {
  if (!schema) return html``
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? ''
    return html`<a href="#schema-${name}">${name}</a>`
  }
  const choices = schema.oneOf ?? schema.anyOf ?? schema.allOf
  if (choices) return html`${choices.map((choice, i) => html`${i > 0 && ' | '}${typeOf(choice)}`)}`
  if (schema.const !== undefined) return html`${JSON.stringify(schema.const)}`
  if (schema.enum) return html`${schema.enum.map((value) => JSON.stringify(value)).join(' | ')}`
  if (schema.items) return html`${typeOf(schema.items)}[]`
  if (schema.properties) return html`{ ${Object.entries(schema.properties).map(memberOf(schema))} }`
  if (typeof schema.additionalProperties === 'object')
    return html`Record&lt;string, ${typeOf(schema.additionalProperties)}&gt;`
  return html`${[schema.type ?? 'any'].flat().join(' | ')}`
}

const memberOf =
  ({ required = [] }: Schema) =>
  ([name, property]: Named<Schema>, at: number): Html =>
    html`${at > 0 && ', '}${name}${required.includes(name) ? '' : '?'}: ${typeOf(property)}`
