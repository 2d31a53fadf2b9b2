import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { JarError, readJar } from '../../src/embedding/jar-file.ts'
import { makeJar } from './make-jar.ts'

const POEM = Buffer.from('白日依山尽，黄河入海流。'.repeat(50))
const FILES = { 'META-INF/MANIFEST.MF': Buffer.from('Manifest-Version: 1.0\n'), 'a/诗.txt': POEM, 'empty.txt': Buffer.alloc(0) }

describe('a jar', () => {
  test.each(['stored', 'deflated'] as const)('gives back its %s files', (method) => {
    expect(readJar(makeJar(FILES, method), () => true)).toEqual(new Map(Object.entries(FILES)))
  })

  test('gives only what is asked for', () => {
    expect([...readJar(makeJar(FILES), (name) => name.endsWith('.txt')).keys()]).toEqual(['a/诗.txt', 'empty.txt'])
  })

  test('may carry a comment at its end', () => {
    expect(readJar(makeJar(FILES, 'deflated', 'PK and more'), () => true).size).toBe(3)
  })

  test('made by another program is read as well', () => {
    const folder = mkdtempSync(join(tmpdir(), 'jar-'))
    writeFileSync(join(folder, 'poem.txt'), POEM)
    try {
      execFileSync('zip', ['-q', 'made.jar', 'poem.txt'], { cwd: folder })
    } catch {
      return // no zip on this machine
    }
    expect(readJar(readFileSync(join(folder, 'made.jar')), () => true).get('poem.txt')).toEqual(POEM)
  })

  test('that is cut short is refused', () => {
    const jar = makeJar(FILES)
    expect(() => readJar(jar.subarray(0, jar.length - 30), () => true)).toThrow(JarError)
    expect(() => readJar(Buffer.alloc(0), () => true)).toThrow('not a jar, or cut short')
  })

  test('with one byte changed is refused, or gives the same files, never others', () => {
    const jar = makeJar(FILES)
    for (let at = 0; at < jar.length; at++) {
      const damaged = Buffer.from(jar)
      damaged[at] = damaged[at]! ^ 0x55
      try {
        for (const [name, content] of readJar(damaged, (entry) => entry in FILES)) expect(content).toEqual(FILES[name as keyof typeof FILES])
      } catch (error) {
        expect(error).toBeInstanceOf(JarError)
      }
    }
  })
})
