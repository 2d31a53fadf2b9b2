/** Shapes of /api/admin. */
import { z } from '@hono/zod-openapi'
import { ROLES, SCOPES } from '../../access/access.ts'
import { USAGE_CHANNELS, USAGE_OUTCOMES } from '../../state/usage.ts'
import { ReadySchema } from './schemas.ts'

const list = <Item extends z.ZodType>(item: Item) => z.array(item).readonly()
const NAME_CHARACTERS = 80
const NAMES_AT_ONCE = 20_000

const time = z.string().openapi({ description: 'ISO 8601, UTC', example: '2026-11-22T08:00:00.000Z' })
const name = z.string().min(1).max(4 * NAME_CHARACTERS).openapi({ description: '1 to 80 characters' })
const id = z.string().min(1).max(200)
const sight = z
  .union([z.literal('all'), list(id).refine((ids) => ids.length <= 1_000, { error: '至多 1000 个文件集' })])
  .openapi({ description: 'All documents, or those in no collection and those of these collections' })

export const IdParams = z.strictObject({ id: id.openapi({ param: { name: 'id', in: 'path' } }) })

export const KeySchema = z
  .strictObject({
    id: z.string().openapi({ example: 'hV4tq0Zx' }),
    name: z.string(),
    scopes: list(z.enum(SCOPES)),
    sight,
    createdAt: time,
    createdBy: z.string(),
    expiresAt: time.optional(),
    lastUsedAt: time.optional(),
    revokedAt: time.optional(),
    tokensADay: z.number().int().optional().openapi({ description: 'Tokens of the language model a day' }),
  })
  .openapi('ApiKey')

export const KeysSchema = z.strictObject({ keys: list(KeySchema) }).openapi('ApiKeys')

export const NewKeyBody = z
  .strictObject({
    name,
    scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
    sight,
    expiresAt: z.string().max(40).optional().openapi({ description: 'A day, good to its end in China, or a time with its zone', example: '2027-06-30' }),
    tokensADay: z.number().int().min(1).max(1e12).optional(),
  })
  .openapi('NewApiKey')

export const CreatedKeySchema = z
  .strictObject({ key: KeySchema, secret: z.string().openapi({ description: 'Shown this once' }) })
  .openapi('CreatedApiKey')

export const PersonSchema = z
  .strictObject({
    id: z.string(),
    login: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    sight,
    createdAt: time,
    lastSignInAt: time.optional(),
    disabledAt: time.optional(),
    hasPassword: z.boolean(),
    subject: z.strictObject({ issuer: z.string(), subject: z.string() }).optional().openapi({ description: 'Of single sign-on' }),
  })
  .openapi('Person')

export const PeopleSchema = z.strictObject({ people: list(PersonSchema) }).openapi('People')

const password = z.string().min(1).max(1024).openapi({ description: '12 characters or more' })

export const NewPersonBody = z
  .strictObject({ login: name, name, role: z.enum(ROLES), sight, password: password.optional() })
  .openapi('NewPerson')

export const PersonChangeBody = z
  .strictObject({
    name: name.optional(),
    role: z.enum(ROLES).optional(),
    sight: sight.optional(),
    password: password.optional(),
    disabled: z.boolean().optional(),
  })
  .openapi('PersonChange')

export const CollectionSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    folders: list(z.string()).openapi({ description: 'Labels of folders: all their documents, now and later' }),
    documents: list(z.string()),
    createdAt: time,
  })
  .openapi('Collection')

export const CollectionsSchema = z
  .strictObject({
    collections: list(CollectionSchema),
    folders: list(z.strictObject({ label: z.string(), documents: list(z.string()) })).openapi({ description: 'Folders there are, with the ids of their documents' }),
  })
  .openapi('Collections')

export const NewCollectionBody = z.strictObject({ name }).openapi('NewCollection')

export const CollectionChangeBody = z
  .strictObject({
    name: name.optional(),
    folders: z.array(z.string().min(1).max(500)).max(NAMES_AT_ONCE).optional(),
    documents: z.array(id).max(NAMES_AT_ONCE).optional(),
  })
  .openapi('CollectionChange')

export const AuditQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  before: z.coerce.number().int().min(1).optional().openapi({ description: 'Only those before this number' }),
  action: z.string().min(1).max(100).optional(),
  by: z.string().min(1).max(200).optional(),
  since: z.string().max(40).optional().openapi({ description: 'ISO 8601' }),
})

export const AuditEntrySchema = z
  .strictObject({
    number: z.number().int(),
    at: time,
    by: z.string(),
    action: z.string(),
    object: z.string().optional(),
    outcome: z.enum(['done', 'refused', 'failed']),
    requestId: z.string().optional(),
    address: z.string().optional(),
    detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
    hash: z.string(),
  })
  .openapi('AuditEntry')

export const AuditHeadSchema = z.strictObject({ number: z.number().int(), hash: z.string() }).openapi('AuditHead')

export const AuditSchema = z
  .strictObject({ entries: list(AuditEntrySchema).openapi({ description: 'The latest first' }), more: z.boolean(), head: AuditHeadSchema })
  .openapi('AuditLog')

export const VerifyBody = z
  .strictObject({
    expected: z.strictObject({ number: z.number().int().min(0), hash: z.string().regex(/^[0-9a-f]{64}$/) }).optional(),
  })
  .openapi('AuditVerify', { description: 'A head that was kept elsewhere' })

export const VerdictSchema = z
  .union([
    z.strictObject({ whole: z.literal(true), head: AuditHeadSchema }),
    z.strictObject({ whole: z.literal(false), number: z.number().int(), why: z.string() }),
  ])
  .openapi('AuditVerdict')

export const GenerationsSchema = z
  .strictObject({
    serving: z.string().nullable(),
    generations: list(
      z.strictObject({
        name: z.string(),
        isCurrent: z.boolean(),
        createdAt: time.optional(),
        parent: z.string().nullable().optional(),
        bytes: z.number().int().optional(),
        documents: z.number().int().optional(),
        embedder: z.string().nullable().optional(),
        damage: z.string().optional(),
      }),
    ).openapi({ description: 'The latest first' }),
    setAside: list(z.strictObject({ name: z.string(), at: time.optional() })).openapi({ description: 'Damaged ones' }),
  })
  .openapi('Generations')

export const ChannelsSchema = z
  .strictObject({ channels: ReadySchema.shape.channels })
  .openapi('Channels', { description: 'Absent: there are no chat platforms in this program' })

export const WeeksQuery = z.strictObject({ weeks: z.coerce.number().int().min(1).max(52).default(8) })

const span = { from: z.string().openapi({ description: 'Day in China' }), to: z.string().openapi({ description: 'Today in China' }) }

export const UsageSchema = z
  .strictObject({
    ...span,
    rows: list(
      z.strictObject({
        day: z.string(),
        channel: z.enum(USAGE_CHANNELS),
        outcome: z.enum(USAGE_OUTCOMES),
        reason: z.string().optional(),
        mode: z.enum(['extractive', 'llm']),
        count: z.number().int(),
        milliseconds: z.number().int(),
      }),
    ),
  })
  .openapi('Usage', { description: 'Sums by day; no questions, people or documents' })

export const FeedbackReportSchema = z
  .strictObject({
    ...span,
    days: list(z.strictObject({ day: z.string(), up: z.number().int(), down: z.number().int() })),
    reasons: list(z.strictObject({ reason: z.string(), count: z.number().int() })).openapi({ description: 'Of those who were not helped, the most frequent first' }),
    remarks: list(
      z.strictObject({
        at: time,
        rating: z.enum(['up', 'down']),
        reason: z.string().optional(),
        question: z.string(),
        outcome: z.enum(['answered', 'declined', 'ambiguous']),
      }),
    ).openapi({ description: 'The latest first' }),
  })
  .openapi('FeedbackReport')

export const LogQuery = z.strictObject({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
})

export const LogSchema = z
  .strictObject({
    lines: list(
      z.strictObject({
        number: z.number().int(),
        at: time,
        level: z.enum(['debug', 'info', 'warn', 'error']).optional(),
        component: z.string().optional(),
        message: z.string(),
      }),
    ),
    last: z.number().int().openapi({ description: 'To be asked for as `after`' }),
  })
  .openapi('LogTail')

export const StateSchema = z
  .strictObject({
    ready: z.boolean(),
    version: z.string(),
    startedAt: time,
    generation: z.string().nullable(),
    documents: z.number().int(),
    clauses: z.number().int(),
    chunks: z.number().int(),
    retrieval: z.enum(['hybrid', 'keyword']),
    isOpen: z.boolean().openapi({ description: 'There is no key and no person: whoever sits at this machine may do everything' }),
  })
  .openapi('AdminState')
