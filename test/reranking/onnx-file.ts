/** Writes ONNX graphs, as little of the format as the tests need: its messages are those of onnx.proto3. */

/** A field of a message: its number, and a whole number, bytes, or a text. */
type Field = readonly [number: number, value: number | bigint | Uint8Array | string]

function varint(value: number | bigint): number[] {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return [...bytes, Number(rest)]
}

function message(...fields: readonly Field[]): Uint8Array {
  const bytes = fields.flatMap(([number, value]) => {
    if (typeof value === 'number' || typeof value === 'bigint') return [...varint(number << 3), ...varint(value)]
    const content = typeof value === 'string' ? new TextEncoder().encode(value) : value
    return [...varint((number << 3) | 2), ...varint(content.length), ...content]
  })
  return Uint8Array.from(bytes)
}

const TYPES = { float: 1, int64: 7 } as const
type Type = keyof typeof TYPES

/** An operation; attributes are whole numbers or lists of them. */
export interface Operation {
  readonly type: string
  readonly inputs: readonly string[]
  readonly output: string
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>
}

/** A tensor of named dimensions that goes in or comes out. */
export interface Slot {
  readonly name: string
  readonly type: Type
  readonly dimensions: readonly (string | number)[]
}

export interface Graph {
  readonly inputs: readonly Slot[]
  readonly constants: Readonly<Record<string, readonly number[]>>
  readonly operations: readonly Operation[]
  readonly output: Slot
}

/** Constants are int64, of one dimension. */
export function onnxFile({ inputs, constants, operations, output }: Graph): Uint8Array {
  const graph = message(
    ...operations.map((operation): Field => [1, node(operation)]),
    [2, 'tests'],
    ...Object.entries(constants).map(([name, values]): Field => [5, constant(name, values)]),
    ...inputs.map((slot): Field => [11, valueInfo(slot)]),
    [12, valueInfo(output)],
  )
  return message([1, 8], [7, graph], [8, message([1, ''], [2, 17])])
}

function node({ type, inputs, output, attributes = {} }: Operation): Uint8Array {
  const listed = Object.entries(attributes).map(([name, value]): Field => {
    const content: Field[] = typeof value === 'number' ? [[3, value], [20, 2]] : [...value.map((one): Field => [8, one]), [20, 7]]
    return [5, message([1, name], ...content)]
  })
  return message(...inputs.map((name): Field => [1, name]), [2, output], [4, type], ...listed)
}

function constant(name: string, values: readonly number[]): Uint8Array {
  const raw = new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer)
  return message([1, values.length], [2, TYPES.int64], [8, name], [9, raw])
}

function valueInfo({ name, type, dimensions }: Slot): Uint8Array {
  const shape = message(
    ...dimensions.map((one): Field => [1, typeof one === 'number' ? message([1, one]) : message([2, one])]),
  )
  return message([1, name], [2, message([1, message([1, TYPES[type]], [2, shape])])])
}
