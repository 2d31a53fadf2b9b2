/** The unit, the image and the compose file: nobody's rights, one folder to write, no secret in them. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { FLAGS, MEMORY } from '../../scripts/flags.mjs'
import { folderOf } from './temporary.ts'
import { has, testWith } from './programs.ts'

const UNIT = 'deploy/systemd/tiaowen.service'
const DOCKERFILE = 'deploy/docker/Dockerfile'
const COMPOSE = 'deploy/docker/compose.yaml'

/** Highest exposure that `systemd-analyze security` may find; 10 is a service with every right. */
const MOST_EXPOSED = 2

describe('the systemd unit', () => {
  const unit = readFileSync(UNIT, 'utf8')
  const withSystemd = testWith('SYSTEMD', has('systemd-analyze', '--version'))

  test.each([
    'ExecStart=/opt/tiaowen/tiaowen serve',
    'DynamicUser=yes',
    'StateDirectory=tiaowen',
    'ProtectSystem=strict',
    'NoNewPrivileges=yes',
    'CapabilityBoundingSet=',
    'MemoryMax=4G',
    'Restart=on-failure',
    'TimeoutStopSec=40',
    'LimitNOFILE=65536',
    'EnvironmentFile=-/etc/tiaowen/tiaowen.env',
    'Environment=TIAOWEN_DATA_FOLDER=/var/lib/tiaowen/data',
    'Environment=TIAOWEN_INDEX_FOLDER=/var/lib/tiaowen/index',
  ])('says %s', (line) => {
    expect(unit.split('\n')).toContain(line)
  })

  withSystemd('is understood by systemd', () => {
    const file = join(folderOf({}), 'tiaowen.service')
    writeFileSync(file, unit.replaceAll('/opt/tiaowen/tiaowen', resolve('deploy/bundle/tiaowen')))
    const { stdout, stderr, status } = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' })
    // of this file alone: a machine may have faults in units of its own
    expect(`${stdout}${stderr}`.split('\n').filter((line) => line.includes('tiaowen'))).toEqual([])
    expect(status).toBe(0)
  })

  withSystemd(`leaves an exposure of less than ${MOST_EXPOSED}`, () => {
    const parameters = ['security', '--offline=true', `--threshold=${MOST_EXPOSED * 10}`, '--no-pager', resolve(UNIT)]
    const { stdout, status } = spawnSync('systemd-analyze', parameters, { encoding: 'utf8' })
    expect(stdout).toMatch(/Overall exposure level for tiaowen\.service: [01]\.\d/)
    expect(status).toBe(0)
  })
})

/** Instructions of a Dockerfile, continued lines joined, comments left out. */
function instructionsOf(text: string): readonly (readonly [name: string, rest: string])[] {
  const joined = text.replace(/^#.*\n/gm, '').replace(/\\\n\s*/g, ' ')
  const lines = joined.split('\n').filter((line) => line.trim() !== '')
  return lines.map((line) => [line.split(' ')[0]!, line.slice(line.indexOf(' ') + 1).trim()])
}

describe('the image', () => {
  const instructions = instructionsOf(readFileSync(DOCKERFILE, 'utf8'))
  const last = instructions.slice(instructions.findLastIndex(([name]) => name === 'FROM'))
  const one = (name: string): string => {
    const found = last.filter(([given]) => given === name)
    expect(found).toHaveLength(1)
    return found[0]![1]
  }

  test('is made in stages on bases that can be pinned', () => {
    expect(instructions.filter(([name]) => name === 'FROM').map(([, rest]) => rest)).toEqual([
      '${BASE} AS unpacked',
      '${RUNTIME}',
    ])
  })

  test('runs as 10001, writes to one volume, and is told to end in words it knows', () => {
    expect(one('USER')).toBe('10001:10001')
    expect(one('VOLUME')).toBe('["/data"]')
    expect(one('STOPSIGNAL')).toBe('SIGTERM')
    expect(one('EXPOSE')).toBe('8787')
  })

  test('needs no shell: it starts Node as npm start does, and asks after its health with Node', () => {
    expect(JSON.parse(one('ENTRYPOINT'))).toEqual(['/opt/tiaowen/bin/node', ...FLAGS, '/opt/tiaowen/src/main.ts'])
    expect(JSON.parse(one('HEALTHCHECK').replace(/^.*CMD /, ''))).toEqual([
      '/opt/tiaowen/bin/node',
      '/opt/tiaowen/bundle/health.mjs',
    ])
    for (const [name, value] of Object.entries(MEMORY)) expect(one('ENV')).toContain(`${name}=${value}`)
    expect(last.map(([name]) => name)).not.toContain('RUN')
  })

  test('fetches nothing, and holds no secret', () => {
    for (const [name, rest] of instructions) {
      expect(name).not.toBe('ADD')
      expect(rest).not.toMatch(/\b(?:curl|wget|apt-get|npm|git clone)\b/)
      if (name === 'ENV' || name === 'ARG') expect(rest).not.toMatch(/KEY|TOKEN|SECRET|PASSWORD/)
    }
    const ignored = readFileSync('.dockerignore', 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    expect(ignored).toEqual(['*', '!dist/tiaowen-*.tar.gz'])
  })

  testWith('HADOLINT', has('hadolint', '--version'))('passes hadolint', () => {
    expect(spawnSync('hadolint', [DOCKERFILE], { encoding: 'utf8' })).toMatchObject({ stdout: '', status: 0 })
  })
})

describe('the compose file', () => {
  const { services, secrets } = parse(readFileSync(COMPOSE, 'utf8')) as {
    services: Record<string, Record<string, unknown>>
    secrets: Record<string, unknown>
  }

  test('takes every right away, and gives one volume and a small /tmp', () => {
    expect(Object.keys(services)).toEqual(['tiaowen'])
    expect(services['tiaowen']).toMatchObject({
      read_only: true,
      user: '10001:10001',
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      tmpfs: ['/tmp:size=64m,mode=1777,noexec,nosuid,nodev'],
      mem_limit: '4g',
      pids_limit: 256,
      stop_grace_period: '40s',
      volumes: ['data:/data', './documents:/documents:ro'],
    })
    expect(services['tiaowen']).not.toHaveProperty('privileged')
    expect(services['tiaowen']).not.toHaveProperty('cap_add')
  })

  test('is reached from this machine alone, and reads its key from a file that no commit holds', () => {
    expect(services['tiaowen']).toMatchObject({
      ports: ['127.0.0.1:8787:8787'],
      environment: { TIAOWEN_API_KEY_FILE: '/run/secrets/tiaowen_api_key' },
      secrets: ['tiaowen_api_key'],
    })
    expect(secrets).toEqual({ tiaowen_api_key: { file: './secrets/api-key' } })
    expect(readFileSync('.gitignore', 'utf8').split('\n')).toContain('deploy/docker/secrets/')
  })

  testWith('DOCKER COMPOSE', has('docker', 'compose', 'version'))('is understood by docker compose', () => {
    const { status, stderr } = spawnSync('docker', ['compose', '-f', COMPOSE, 'config', '--quiet'], { encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(status).toBe(0)
  })
})

test('every way in docs/deploy.md names a file that is there', () => {
  for (const language of ['docs/deploy.md', 'docs/deploy.zh-CN.md']) {
    const named = [...readFileSync(language, 'utf8').matchAll(/\bdeploy\/[\w./-]+\w/g)].map(([path]) => path)
    for (const path of new Set(named)) if (!/secrets|documents|\.md/.test(path)) expect(existsSync(path), path).toBe(true)
    for (const way of [UNIT, DOCKERFILE, COMPOSE, 'deploy/helm/tiaowen']) expect(named).toContain(way)
  }
})
