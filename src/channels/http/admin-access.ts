/** /api/admin: keys, people and collections. What changes them is written into the audit log by the AccessStore itself. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { SCOPES_OF, type Scope } from '../../access/access.ts'
import type { AccessStore, By, KeyRecord } from '../../access/access-store.ts'
import { PolicyError } from '../../errors.ts'
import type { AdminParts } from '../admin-parts.ts'
import {
  CollectionChangeBody,
  CollectionSchema,
  CollectionsSchema,
  CreatedKeySchema,
  IdParams,
  KeysSchema,
  NewCollectionBody,
  NewKeyBody,
  NewPersonBody,
  PeopleSchema,
  PersonChangeBody,
  PersonSchema,
} from './admin-schemas.ts'
import { requestIdOf } from './audit.ts'
import { identityOf, instanceOf } from './guards.ts'
import { problemOf, problemResponse } from './problem.ts'
import { BODY_PROBLEMS, json, problem, PROBLEMS } from './promises.ts'

const tags = ['admin']
const body = <Schema>(schema: Schema) => ({ body: { required: true, content: { 'application/json': { schema } } } })
const CHANGE = { ...PROBLEMS, ...BODY_PROBLEMS }
const NO_KEY = { 404: problem('No such key, or it is revoked already') }
const NO_PERSON = { 404: problem('No such person') }
const NO_COLLECTION = { 404: problem('No such collection') }

const keys = createRoute({
  method: 'get',
  path: '/api/admin/keys',
  tags,
  summary: 'API keys, the latest first, revoked ones too; no secrets',
  responses: { 200: json('Keys', KeysSchema), ...PROBLEMS },
})

const createKey = createRoute({
  method: 'post',
  path: '/api/admin/keys',
  tags,
  summary: 'A new API key; its secret is shown this once',
  request: body(NewKeyBody),
  responses: { 201: json('The key and its secret', CreatedKeySchema), ...CHANGE },
})

const revokeKey = createRoute({
  method: 'delete',
  path: '/api/admin/keys/{id}',
  tags,
  summary: 'Revoke a key: at once, for good, with the sessions it opened',
  request: { params: IdParams },
  responses: { 204: { description: 'Revoked' }, ...PROBLEMS, ...NO_KEY },
})

const people = createRoute({
  method: 'get',
  path: '/api/admin/people',
  tags,
  summary: 'People who may sign in, or might once',
  responses: { 200: json('People', PeopleSchema), ...PROBLEMS },
})

const addPerson = createRoute({
  method: 'post',
  path: '/api/admin/people',
  tags,
  summary: 'Add a person; without a password they come by single sign-on',
  request: body(NewPersonBody),
  responses: { 201: json('The person', PersonSchema), ...CHANGE },
})

const changePerson = createRoute({
  method: 'patch',
  path: '/api/admin/people/{id}',
  tags,
  summary: 'Change name, role, sight or password, switch off or on; their sessions end',
  request: { params: IdParams, ...body(PersonChangeBody) },
  responses: { 200: json('The person', PersonSchema), ...CHANGE, ...NO_PERSON },
})

const collections = createRoute({
  method: 'get',
  path: '/api/admin/collections',
  tags,
  summary: 'Collections of documents that only some may see, and the folders there are',
  responses: { 200: json('Collections', CollectionsSchema), ...PROBLEMS },
})

const createCollection = createRoute({
  method: 'post',
  path: '/api/admin/collections',
  tags,
  summary: 'A new collection, empty',
  request: body(NewCollectionBody),
  responses: { 201: json('The collection', CollectionSchema), ...CHANGE },
})

/** Some twenty thousand documents by their ids. */
const COLLECTION_BYTES = 1024 * 1024

const withinCollection = bodyLimit({
  maxSize: COLLECTION_BYTES,
  onError: (context) => problemResponse(problemOf('body-too-large', '请求体最多1 MiB；文件很多时请按文件夹归入文件集。', instanceOf(context))),
})

const changeCollection = createRoute({
  method: 'patch',
  path: '/api/admin/collections/{id}',
  tags,
  summary: 'Change its name, folders or documents; at once for whoever asks',
  middleware: withinCollection,
  request: { params: IdParams, ...body(CollectionChangeBody) },
  responses: { 200: json('The collection', CollectionSchema), ...CHANGE, ...NO_COLLECTION },
})

const removeCollection = createRoute({
  method: 'delete',
  path: '/api/admin/collections/{id}',
  tags,
  summary: 'Remove it: its documents are seen by everyone again who is not kept out by another',
  request: { params: IdParams },
  responses: { 204: { description: 'Removed' }, ...PROBLEMS, ...NO_COLLECTION },
})

export function addAdminAccessRoutes(app: OpenAPIHono, access: AccessStore, { folders }: Pick<AdminParts, 'folders'>): void {
  app.openapi(keys, async (context) => context.json({ keys: (await access.keys()).map(toldKey) }, 200))

  app.openapi(createKey, async (context) => {
    const wanted = context.req.valid('json')
    await refuseLockout(context, access, wanted.scopes)
    const { key, secret } = await access.createKey(defined(wanted), byOf(context))
    return context.json({ key: toldKey(key), secret }, 201)
  })

  app.openapi(revokeKey, async (context) => {
    const { id } = context.req.valid('param')
    if (await access.revokeKey(id, byOf(context))) return context.body(null, 204)
    throw new PolicyError('no-such-key', `没有密钥 ${id.slice(0, 40)}，或已经吊销。`)
  })

  app.openapi(people, async (context) => context.json({ people: await access.people() }, 200))

  app.openapi(addPerson, async (context) => {
    const wanted = context.req.valid('json')
    await refuseLockout(context, access, wanted.password === undefined ? [] : SCOPES_OF[wanted.role])
    return context.json(await access.createPerson(defined(wanted), byOf(context)), 201)
  })

  app.openapi(changePerson, async (context) => {
    const { id } = context.req.valid('param')
    return context.json(await access.changePerson(id, defined(context.req.valid('json')), byOf(context)), 200)
  })

  app.openapi(collections, async (context) =>
    context.json({ collections: await access.collections(), folders: await folders() }, 200),
  )

  app.openapi(createCollection, async (context) =>
    context.json(await access.createCollection(context.req.valid('json').name, byOf(context)), 201),
  )

  app.openapi(changeCollection, async (context) => {
    const { id } = context.req.valid('param')
    return context.json(await access.changeCollection(id, defined(context.req.valid('json')), byOf(context)), 200)
  })

  app.openapi(removeCollection, async (context) => {
    await access.removeCollection(context.req.valid('param').id, byOf(context))
    return context.body(null, 204)
  })
}

/** With the first key or person the machine's own way in is shut: somebody must be left who may open others. */
async function refuseLockout(context: Context, access: AccessStore, scopes: readonly Scope[]): Promise<void> {
  if (identityOf(context).kind !== 'local' || scopes.includes('admin') || (await access.hasAnyone())) return
  throw new PolicyError('bad-request', '第一个密钥或人员须是管理员（人员须设密码）：有了它，这台机器也要登录才能使用，否则没有人能再管理。')
}

export function byOf(context: Context): By {
  const requestId = requestIdOf()
  const { address } = context.var
  return { by: identityOf(context).id, ...(requestId !== undefined && { requestId }), ...(address !== undefined && { address }) }
}

/** Whose its conversations are is nobody's business. */
function toldKey({ owner: _owner, scopes, ...key }: KeyRecord) {
  return { ...key, scopes: [...scopes] }
}

type Defined<Given> = { [Name in keyof Given]: Exclude<Given[Name], undefined> }

/** Without what was left out. */
function defined<Given extends object>(given: Given): Defined<Given> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Defined<Given>
}
