/** The chart: what it makes of values, and which values it refuses. Rendered by helm where the machine has it. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { folderOf } from './temporary.ts'
import { has, testWith } from './programs.ts'

const CHART = 'deploy/helm/tiaowen'
const FULL = join(CHART, 'ci/full-values.yaml')
const KUBERNETES = ['--kube-version', '1.31.0']
const withHelm = testWith('HELM', has('helm', 'version', '--short'))

// objects of Kubernetes, whose fields are what is asserted
type Manifest = Record<string, any>

const template = (...parameters: readonly string[]) =>
  spawnSync('helm', ['template', 'office', CHART, ...KUBERNETES, ...parameters], { encoding: 'utf8' })

function rendered(...parameters: readonly string[]): readonly Manifest[] {
  const { stdout, stderr, status } = template(...parameters)
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest).filter(Boolean)
}

const ofKind = (objects: readonly Manifest[], kind: string) => objects.filter((object) => object['kind'] === kind)

describe('the chart', () => {
  test('is of the version of the program', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    const chart = parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8')) as Manifest
    expect([chart['version'], chart['appVersion']]).toEqual([version, version])
  })

  test('has a rule in its schema for every value, and no value of its own is left without one', () => {
    const schema = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')) as Manifest
    const values = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8')) as Manifest
    const full = parse(readFileSync(FULL, 'utf8')) as Manifest
    expect(schema['additionalProperties']).toBe(false)
    for (const name of [...Object.keys(values), ...Object.keys(full)]) expect(schema['properties']).toHaveProperty(name)
  })

  test('names no secret, no other image and no privilege in any template', () => {
    for (const file of readdirSync(join(CHART, 'templates'))) {
      const text = readFileSync(join(CHART, 'templates', file), 'utf8')
      expect(text).not.toMatch(/hostPath|hostNetwork|hostPID|privileged: true|stringData|kind: Secret/)
    }
  })

  withHelm('passes helm lint', () => {
    for (const values of [[], ['-f', FULL]]) {
      const { stdout, status } = spawnSync('helm', ['lint', '--strict', CHART, ...values], { encoding: 'utf8' })
      expect(stdout).toContain('1 chart(s) linted, 0 chart(s) failed')
      expect(status).toBe(0)
    }
  })
})

describe('with the values as they come', () => {
  withHelm('makes one writer with a volume of its own, and nothing a cluster may lack', () => {
    const objects = rendered()
    expect(objects.map(({ kind }) => kind).toSorted()).toEqual([
      'NetworkPolicy',
      'Service',
      'Service',
      'ServiceAccount',
      'StatefulSet',
    ])
    const [set] = ofKind(objects, 'StatefulSet')
    expect(set!['spec']).toMatchObject({
      replicas: 1,
      serviceName: 'office-tiaowen-pod',
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } }],
    })
    const headless = ofKind(objects, 'Service').find(({ metadata }) => metadata.name === 'office-tiaowen-pod')
    expect(headless!['spec'].clusterIP).toBe('None')
    expect(set!['spec'].template.spec.containers[0].image).toBe('tiaowen:0.1.0')
  })

  withHelm('lets nobody out but to the resolver', () => {
    const [policy] = ofKind(rendered(), 'NetworkPolicy')
    expect(policy!['spec'].policyTypes).toEqual(['Ingress', 'Egress'])
    expect(policy!['spec'].egress).toEqual([
      {
        to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
        ports: [
          { port: 53, protocol: 'UDP' },
          { port: 53, protocol: 'TCP' },
        ],
      },
    ])
  })
})

describe.each([
  ['the values as they come', []],
  ['everything on', ['-f', FULL]],
])('the pod, with %s', (_, values) => {
  withHelm('runs as nobody, on a root it cannot write, with no way up', () => {
    const [set] = ofKind(rendered(...values), 'StatefulSet')
    const pod = set!['spec'].template.spec
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false, // TIAOWEN_PORT would come from the service, and be refused
      terminationGracePeriodSeconds: 45,
      securityContext: { runAsNonRoot: true, runAsUser: 10001, fsGroup: 10001, seccompProfile: { type: 'RuntimeDefault' } },
    })
    expect(pod.containers).toHaveLength(1)
    expect(pod.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    })
    expect(pod.containers[0].resources.limits.memory).toBe('4Gi')
    const writable = pod.containers[0].volumeMounts.filter((mount: Manifest) => mount['readOnly'] !== true)
    expect(writable.map((mount: Manifest) => mount['mountPath'])).toEqual(['/data', '/tmp'])
  })

  withHelm('is asked for life and readiness where no key is needed', () => {
    const [set] = ofKind(rendered(...values), 'StatefulSet')
    const [container] = set!['spec'].template.spec.containers
    expect(container.livenessProbe.httpGet).toEqual({ path: '/livez', port: 'http' })
    expect(container.startupProbe.httpGet).toEqual({ path: '/livez', port: 'http' })
    expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'http' })
  })

  withHelm('has every secret by reference', () => {
    const [set] = ofKind(rendered(...values), 'StatefulSet')
    const variables = set!['spec'].template.spec.containers[0].env as readonly Manifest[]
    const secret = variables.filter(({ name }) => /KEY|TOKEN|SECRET/.test(name))
    expect(secret.length).toBeGreaterThan(0)
    for (const variable of secret) expect(Object.keys(variable['valueFrom'])).toEqual(['secretKeyRef'])
  })
})

describe('with everything on', () => {
  withHelm('mounts documents to be read only, and names them to the program', () => {
    const [set] = ofKind(rendered('-f', FULL), 'StatefulSet')
    const [container] = set!['spec'].template.spec.containers
    expect(container.env).toContainEqual({ name: 'TIAOWEN_FOLDERS', value: '/documents/laws:/documents/policies' })
    expect(container.volumeMounts).toContainEqual({ name: 'documents-laws', mountPath: '/documents/laws', readOnly: true })
    expect(container.image).toBe(`registry.example.org/office/tiaowen@sha256:${'a'.repeat(64)}`)
  })

  withHelm('ends TLS at the ingress and is read by Prometheus', () => {
    const objects = rendered('-f', FULL)
    const [ingress] = ofKind(objects, 'Ingress')
    expect(ingress!['spec'].tls).toEqual([{ hosts: ['tiaowen.example.org'], secretName: 'tiaowen-tls' }])
    const [monitor] = ofKind(objects, 'ServiceMonitor')
    const read = ofKind(objects, 'Service').filter(({ metadata }) =>
      Object.entries(monitor!['spec'].selector.matchLabels).every(([name, value]) => metadata.labels[name] === value),
    )
    expect(read.map(({ metadata }) => metadata.name)).toEqual(['office-tiaowen-pod'])
    expect(read[0]!['spec'].ports.map(({ name }: Manifest) => name)).toContain('metrics')
  })
})

describe('with several copies', () => {
  const THREE = ['--set', 'replicas=3,database.existingSecret=db,persistence.accessModes[0]=ReadWriteMany']

  withHelm('all of them share one volume and one database, on nodes of their own where there are as many', () => {
    const objects = rendered(...THREE)
    const [set] = ofKind(objects, 'StatefulSet')
    expect(set!['spec']).toMatchObject({ replicas: 3, podManagementPolicy: 'Parallel' })
    expect(set!['spec']).not.toHaveProperty('volumeClaimTemplates')
    const pod = set!['spec'].template.spec
    expect(pod.volumes).toContainEqual({ name: 'data', persistentVolumeClaim: { claimName: 'office-tiaowen-data' } })
    expect(pod.containers[0].env).toContainEqual({
      name: 'DATABASE_URL',
      valueFrom: { secretKeyRef: { name: 'db', key: 'url' } },
    })
    expect(pod.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution).toHaveLength(1)
    const [claim] = ofKind(objects, 'PersistentVolumeClaim')
    expect(claim).toMatchObject({
      metadata: { name: 'office-tiaowen-data', annotations: { 'helm.sh/resource-policy': 'keep' } },
      spec: { accessModes: ['ReadWriteMany'] },
    })
    const [budget] = ofKind(objects, 'PodDisruptionBudget')
    expect(budget!['spec']).toMatchObject({ maxUnavailable: 1, selector: { matchLabels: set!['spec'].selector.matchLabels } })
  })
})

describe('values are refused that', () => {
  const refused: readonly (readonly [why: string, set: string, where: string])[] = [
    ['ask for a second copy without a database for both', 'replicas=2,persistence.accessModes[0]=ReadWriteMany', '/database/existingSecret'],
    ['ask for a second copy without a volume for both', 'replicas=2,database.existingSecret=db', '/persistence/accessModes/0'],
    ['share the volume of one copy among nodes', 'persistence.accessModes[0]=ReadWriteMany', '/persistence/accessModes/0'],
    ['take whatever image is newest', 'image.tag=latest', '/image/tag'],
    ['write a key down', 'settings.TIAOWEN_LLM_KEY=abc', "invalid propertyName 'TIAOWEN_LLM_KEY'"],
    ['move the address that the probes ask', 'settings.TIAOWEN_HOST=127.0.0.1', "invalid propertyName 'TIAOWEN_HOST'"],
    ['mount a folder of the node', 'documents[0].name=a,documents[0].volume.hostPath.path=/etc', '/documents/0/volume'],
    ['open an ingress for no host', 'ingress.enabled=true', '/ingress/host'],
    ['leave memory without a limit', 'resources.limits=null', '/resources'],
  ]
  for (const [why, set, where] of refused) {
    withHelm(why, () => {
      const { status, stderr } = template('--set', set)
      expect(status).not.toBe(0)
      expect(stderr).toContain(where)
    })
  }

  withHelm('do not say where the key is', () => {
    const values = join(folderOf({ 'values.yaml': 'apiKey: { existingSecret: "" }\n' }), 'values.yaml')
    expect(template('-f', values).stderr).toContain('/apiKey/existingSecret')
  })
})
