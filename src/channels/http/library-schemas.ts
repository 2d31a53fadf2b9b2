/** Shapes of the library on the wire: what was uploaded, what was taken out, how far indexing is. */
import { z } from '@hono/zod-openapi'
import { documentShape, OutlineNodeSchema } from './schemas.ts'

const list = <Item extends z.ZodType>(item: Item) => z.array(item).readonly()

const NamedDocumentSchema = z.strictObject({ id: z.string(), title: z.string() }).openapi('NamedDocument')

export const UploadSchema = z
  .strictObject({
    id: z.string(),
    name: z.string().openapi({ description: 'The name it is to have; another where that is taken by then' }),
    bytes: z.number().int().min(1),
    format: documentShape.format,
    title: z.string(),
    titleFrom: documentShape.titleFrom,
    header: documentShape.header,
    clauses: documentShape.clauses,
    length: documentShape.length,
    outline: list(OutlineNodeSchema),
    problems: documentShape.problems,
    dropped: documentShape.dropped,
    notices: list(z.string()).openapi({ description: 'What to know of the file, e.g. which pages have no words' }),
    same: NamedDocumentSchema.optional().openapi({ description: 'A document with the same bytes or the same text' }),
    replaces: list(NamedDocumentSchema).optional().openapi({ description: 'What it may be a newer text of' }),
  })
  .openapi('Upload', { description: 'A file as it was read; it counts when it is accepted' })

export const LibrarySchema = z
  .strictObject({
    uploads: z.strictObject({
      enabled: z.boolean(),
      maxBytes: z.number().int(),
      formats: list(z.string()).openapi({ description: 'Endings that are read, with the dot' }),
    }),
    generation: z.string().nullable(),
    indexing: z
      .strictObject({ step: z.string(), done: z.number(), total: z.number() })
      .optional()
      .openapi({ description: 'A round of indexing is under way, until what it made serves' }),
    lastIndexing: z
      .strictObject({ at: z.string(), failed: z.string().optional() })
      .optional()
      .openapi({ description: 'The last round since the start of the server' }),
    skipped: list(z.strictObject({ source: z.string(), code: z.string(), message: z.string() })).openapi({
      description: 'Files that became no document; `replaced`: an upload took its place, nothing is to be mended',
    }),
    removed: list(
      z.strictObject({
        id: z.string(),
        source: z.string(),
        title: z.string(),
        origin: documentShape.origin,
        removedAt: z.string(),
      }),
    ).openapi({ description: 'Documents that were taken out, the last one first' }),
  })
  .openapi('Library')

export const UploadParams = z.strictObject({
  id: z
    .string()
    .min(1)
    .max(200)
    .openapi({ param: { name: 'id', in: 'path' } }),
})

export const AcceptBody = z
  .strictObject({
    replaces: z.string().min(1).max(200).optional().openapi({ description: 'The document it is the newer text of' }),
  })
  .openapi('Accept')

export const AcceptedSchema = z
  .strictObject({ source: z.string().openapi({ description: 'Its name in the folder of uploads' }) })
  .openapi('Accepted')

export const ChangedSchema = z.strictObject({ id: z.string() }).openapi('Changed')
