/** The files of a drop, those of folders with all below them. */
import { isClutter } from './refusals.ts'

export const bringsFiles = (transfer: DataTransfer | null): boolean => transfer?.types.includes('Files') === true

export async function droppedFiles(transfer: DataTransfer): Promise<readonly File[]> {
  // read at once: what is dropped is gone after the event
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile())
  const found = await Promise.all(entries.map(async (entry) => (entry instanceof File ? [entry] : entry ? filesIn(entry) : [])))
  return found.flat()
}

async function filesIn(entry: FileSystemEntry): Promise<File[]> {
  if (isClutter(entry.name)) return []
  if (entry.isFile) return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))]
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  const found: File[] = []
  for (let some = await entriesOf(reader); some.length > 0; some = await entriesOf(reader)) {
    for (const one of some) found.push(...(await filesIn(one)))
  }
  return found
}

/** A browser gives a folder's entries in portions. */
const entriesOf = (reader: FileSystemDirectoryReader) => new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
