/** The sections of the administration, in their order. */
export const ADMIN_PARTS = ['overview', 'keys', 'people', 'collections', 'documents', 'generations', 'channels', 'audit', 'log'] as const
export type AdminPart = (typeof ADMIN_PARTS)[number]

export const isAdminPart = (name: unknown): name is AdminPart => (ADMIN_PARTS as readonly unknown[]).includes(name)
