/** The list of parts (CycloneDX): npm's own, cut down to what the bundle holds, with what npm does not know of added. */

/**
 * npm lists every production package of the checkout. What stays out of the bundle goes; what the page was built from,
 * Node itself and the model come. Serial number and time go too: the same bundle has the same list.
 * @param {Record<string, any>} bom `npm sbom --sbom-format cyclonedx`
 * @param {{ version: string, packages: readonly { name: string, version: string }[], more: readonly Record<string, any>[] }} bundle
 *   `more`: components as they stand in the list
 */
export function bundleSbom(bom, { version, packages, more }) {
  const wanted = new Set(packages.map((one) => `${one.name}@${one.version}`))
  const isWanted = (reference) => wanted.has(reference)
  const components = bom.components.filter((one) => isWanted(`${one.name}@${one.version}`)).map(withoutPlaces)
  const kept = new Set([...components, ...more].map((one) => one['bom-ref']))
  const root = { ...withoutPlaces(bom.metadata.component), name: 'tiaowen', type: 'application', version, 'bom-ref': `tiaowen@${version}` }
  const missing = [...wanted].filter((one) => !components.some((component) => `${component.name}@${component.version}` === one))
  if (missing.length > 0) throw new Error(`npm sbom does not list ${missing.join(', ')}`)
  const { timestamp, component, ...metadata } = bom.metadata
  const { serialNumber, ...rest } = bom
  const before = component['bom-ref']
  return {
    ...rest,
    metadata: { ...metadata, component: root },
    components: [...components, ...more].sort((left, right) => (left['bom-ref'] < right['bom-ref'] ? -1 : 1)),
    dependencies: bom.dependencies
      .filter(({ ref }) => ref === before || kept.has(ref))
      .map(({ ref, dependsOn = [] }) => ({
        ref: ref === before ? root['bom-ref'] : ref,
        dependsOn: dependsOn.filter((one) => kept.has(one)),
      })),
  }
}

/** Where a package was fetched from, and the folder it was in, are of the machine that packed it. */
function withoutPlaces(component) {
  const externalReferences = (component.externalReferences ?? []).filter(({ type }) => type !== 'distribution')
  const properties = (component.properties ?? []).filter(({ name }) => name !== 'cdx:npm:package:path')
  return { ...component, externalReferences, properties }
}
