/** Functions that work out a value once: for each string they are given, or for each object as long as it is. */

/** The function, its results kept by the string it is given; `most` of them, then it begins anew. */
export function remembered<Value>(read: (words: string) => Value, most = Infinity): (words: string) => Value {
  const known = new Map<string, Value>()
  const once = kept(known, read)
  return (words) => {
    if (known.size >= most) known.clear()
    return once(words)
  }
}

/** The function, its results kept by the object it is given. */
export function rememberedOf<Key extends object, Value>(read: (key: Key) => Value): (key: Key) => Value {
  return kept(new WeakMap(), read)
}

interface Store<Key, Value> {
  has(key: Key): boolean
  get(key: Key): Value | undefined
  set(key: Key, value: Value): unknown
}

function kept<Key, Value>(known: Store<Key, Value>, read: (key: Key) => Value): (key: Key) => Value {
  return (key) => {
    if (known.has(key)) return known.get(key)!
    const value = read(key)
    known.set(key, value)
    return value
  }
}
