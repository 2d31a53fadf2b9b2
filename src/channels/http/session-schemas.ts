/** Shapes of /api/session. */
import { z } from '@hono/zod-openapi'
import { SCOPES } from '../../access/access.ts'

const KEY_CHARACTERS = 4096

export const SignInBody = z
  .union([
    z.strictObject({ key: z.string().min(1).max(KEY_CHARACTERS).openapi({ description: 'An API key' }) }),
    z.strictObject({ login: z.string().min(1).max(80), password: z.string().min(1).max(1024) }),
  ])
  .openapi('SignIn')

export const SessionSchema = z
  .strictObject({
    who: z
      .strictObject({
        id: z.string().openapi({ example: 'person:3f9c' }),
        kind: z.enum(['local', 'operator', 'key', 'person', 'bot']),
        name: z.string(),
        scopes: z.array(z.enum(SCOPES)),
        by: z.enum(['local', 'header', 'session']).openapi({ description: '`session`: can sign out' }),
      })
      .optional()
      .openapi({ description: 'Absent: nobody is signed in' }),
    ways: z
      .strictObject({
        key: z.boolean(),
        password: z.boolean(),
        oidc: z.boolean().openapi({ description: 'Single sign-on: GET /api/session/oidc?return=/…' }),
      })
      .openapi({ description: 'How one may sign in' }),
  })
  .openapi('Session')

export const ReturnQuery = z.strictObject({
  return: z.string().max(2000).optional().openapi({ description: 'Path of this site to come back to', example: '/documents' }),
})

export type SignIn = z.infer<typeof SignInBody>
export type SessionBody = z.infer<typeof SessionSchema>
