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

interface Operation {
  readonly summary?: string
  readonly description?: string
  readonly parameters?: readonly {
    name: string
    in: string
    required?: boolean
    description?: string
    schema?: Schema
  }[]
  readonly requestBody?: { content?: Readonly<Record<string, { schema?: Schema }>> }
  readonly responses?: Readonly<
    Record<string, { description?: string; content?: Readonly<Record<string, { schema?: Schema }>> }>
  >
}

export function docsPage(description: ApiDescription): Html {
  const paths = Object.entries(description.paths ?? {}) as unknown as [string, Record<string, Operation>][]
  const schemas = Object.entries(description.components?.schemas ?? {}) as unknown as [string, Schema][]
  return page({
    title: 'API · 条问',
    className: 'narrow docs',
    body: html`<header class="masthead"><p class="back"><a href="/">条问 ${english('Tiaowen')}</a></p><h1>API</h1>
<p>${description.info.description} <a href="/openapi.json">openapi.json</a></p>
<pre>curl http://127.0.0.1:8787/api/ask -H 'Content-Type: application/json' -d '{"question":"…"}'</pre>
<p>设置了 TIAOWEN_API_KEY 时，除 /livez 外都要带 <code>Authorization: Bearer …</code> 或 <code>X-API-Key: …</code>。${english('With a key configured, every route but /livez asks for it.')}</p></header>
<main>
${paths.map(([path, operations]) => Object.entries(operations).map(([method, operation]) => operationOf(method, path, operation)))}
<h2 id="schemas">数据结构 ${english('Schemas')}</h2>
${schemas.map(([name, schema]) => html`<section class="schema" id="schema-${name}"><h3>${name}</h3>${schemaBody(schema)}</section>`)}
<h2 id="errors">错误码 ${english('Errors, as application/problem+json')}</h2>
<table><tbody>${Object.entries(MEANINGS).map(
      ([
        code,
        { status, title },
      ]) => html`<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${title}</td></tr>
`,
    )}</tbody></table>
</main>`,
  })
}

function operationOf(method: string, path: string, operation: Operation): Html {
  return html`<section class="operation"><h2><span class="method">${method.toUpperCase()}</span> <code>${path}</code></h2>
<p>${operation.summary}</p>${operation.description && html`<p>${operation.description}</p>`}
${
  operation.parameters &&
  operation.parameters.length > 0 &&
  html`<table><tbody>${operation.parameters.map(
    (
      parameter,
    ) => html`<tr><td><code>${parameter.name}</code></td><td>${parameter.in}</td><td>${typeOf(parameter.schema)}</td><td>${parameter.description ?? parameter.schema?.description}</td></tr>
`,
  )}</tbody></table>`
}
<table><tbody>
${Object.entries(operation.requestBody?.content ?? {}).map(([type, { schema }]) => html`<tr><td>→</td><td>${type}</td><td>${typeOf(schema)}</td></tr>`)}
${Object.entries(operation.responses ?? {}).map(
  ([
    status,
    response,
  ]) => html`<tr><td>${status}</td><td>${response.description}</td><td>${Object.entries(response.content ?? {}).map(([type, { schema }]) => html`<div>${type} ${typeOf(schema)}</div>`)}</td></tr>
`,
)}</tbody></table></section>`
}

function schemaBody(schema: Schema): Html {
  if (!schema.properties) return html`<p>${typeOf(schema)} ${schema.description}</p>`
  return html`${schema.description && html`<p>${schema.description}</p>`}<table><tbody>${Object.entries(
    schema.properties,
  ).map(
    ([
      name,
      property,
    ]) => html`<tr><td><code>${name}</code>${schema.required?.includes(name) ? '' : '?'}</td><td>${typeOf(property)}</td><td>${property.description}</td></tr>
`,
  )}</tbody></table>`
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
  if (schema.properties) {
    return html`{ ${Object.entries(schema.properties).map(([name, property], i) => html`${i > 0 && ', '}${name}${schema.required?.includes(name) ? '' : '?'}: ${typeOf(property)}`)} }`
  }
  if (typeof schema.additionalProperties === 'object')
    return html`Record&lt;string, ${typeOf(schema.additionalProperties)}&gt;`
  return html`${[schema.type ?? 'any'].flat().join(' | ')}`
}
