/** What one person may see of a library 可见范围; whatever it does not let through does not exist for them. */
export interface View {
  /** Of a document that is in the library, was once, or never: no for what is not known. */
  sees(documentId: string): boolean
  /** Of a file that became no document: by the label of its folder, where that is known, and its path there. */
  seesFile(file: { readonly folder?: string; readonly source: string }): boolean
}

/** Nobody is kept from anything. */
export const EVERYTHING: View = { sees: () => true, seesFile: () => true }

/** For whom nothing is known. */
export const NOTHING: View = { sees: () => false, seesFile: () => false }

/** In hundredths: how many files or characters there are is told to nobody who may not see them. */
export function shareOf<Progress extends { readonly done: number; readonly total: number }>(progress: Progress): Progress {
  const { done, total } = progress
  return { ...progress, done: total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : 0, total: 100 }
}
