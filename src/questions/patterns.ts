/** Long patterns put together from short ones. */

/**
 * One pattern that matches where any of these does, tried in this order; the flags are those of the first.
 * @example anyOf(/多少/, /第几/) // /(?:多少)|(?:第几)/
 */
export function anyOf(...patterns: readonly [RegExp, ...RegExp[]]): RegExp {
  return new RegExp(patterns.map(({ source }) => `(?:${source})`).join('|'), patterns[0].flags)
}
