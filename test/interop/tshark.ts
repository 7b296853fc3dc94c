// What Wireshark sees in a capture: the judge of captures that we write.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

export interface Dissected {
  /** As in `127.0.0.1 port 5683`. */
  readonly source: string
  readonly destination: string
  /** `undefined` where Wireshark sees no CoAP. */
  readonly coap: DissectedMessage | undefined
  /** What it complains of, an option that it does not know among it. */
  readonly complaints: readonly string[]
}

export interface DissectedMessage {
  readonly type: 'CON' | 'NON' | 'ACK' | 'RST'
  /** As in `2.05`. */
  readonly code: string
  readonly messageId: number
  /** In hex. */
  readonly token: string
  readonly options: readonly DissectedOption[]
  readonly payloadLength: number
}

export interface DissectedOption {
  readonly number: number
  readonly name: string
  /** As Wireshark writes it; the parts of a value that has some, as in `3/1/6` of a block option, with slashes. */
  readonly value: string
}

/** Each packet of a capture (pcap or pcapng), in order. `ports`: those on which CoAP is spoken over UDP, beside 5683. */
export async function dissect(file: string, ports: readonly number[] = []): Promise<Dissected[]> {
  const decode = ports.flatMap((port) => ['-d', `udp.port==${port},coap`])
  const args = ['-n', '-r', file, ...decode, '-T', 'json', '--no-duplicate-keys']
  const { stdout } = await promisify(execFile)('tshark', args, { maxBuffer: 1 << 28 })
  const packets: { _source: { layers: Layer } }[] = JSON.parse(stdout)
  return packets.map(({ _source: { layers } }) => packet(layers))
}

/** tshark's JSON: what occurs more than once is a list. */
type Node = string | Layer | readonly (string | Layer)[]
interface Layer {
  readonly [field: string]: Node
}

function packet(layers: Layer): Dissected {
  const [ip] = layersOf(layers['ip'] ?? layers['ipv6'])
  const [udp] = layersOf(layers['udp'])
  const [coap] = layersOf(layers['coap'])
  const end = (side: string) =>
    `${text(ip, `ip.${side}`) || text(ip, `ipv6.${side}`)} port ${text(udp, `udp.${side}port`)}`
  return { source: end('src'), destination: end('dst'), coap: coap && message(coap), complaints: complaints(layers) }
}

const types = ['CON', 'NON', 'ACK', 'RST'] as const

function message(coap: Layer): DissectedMessage {
  const code = Number(text(coap, 'coap.code'))
  const names = textsOf(coap['coap.opt.name'])
  const options = layersOf(coap['coap.opt.name_tree']).map((tree, index) => option(names[index] ?? '', tree))
  return {
    type: types[Number(text(coap, 'coap.type'))] ?? 'CON',
    code: `${code >> 5}.${String(code & 31).padStart(2, '0')}`,
    messageId: Number(text(coap, 'coap.mid')),
    token: text(coap, 'coap.token').replaceAll(':', ''),
    options,
    payloadLength: Number(text(layersOf(coap['coap.payload_tree'])[0], 'coap.payload_length')),
  }
}

/** Under a name such as `#2: Uri-Path`, a description such as `Type 11, Critical, Unsafe` and the value among other fields. */
function option(name: string, tree: Layer): DissectedOption {
  const about = /^coap\.opt\.(desc|delta|delta_ext|length|length_ext)$/
  const values = Object.keys(tree).filter((field) => field.startsWith('coap.opt.') && !about.test(field))
  return {
    number: Number(/^Type (\d+)/.exec(text(tree, 'coap.opt.desc'))?.[1]),
    name: name.replace(/^#\d+: /, ''),
    value: values.map((field) => text(tree, field)).join('/'),
  }
}

/** At any depth; a packet that is cut off or that breaks its protocol has a layer of its own for that. */
function complaints(node: Node): string[] {
  if (typeof node === 'string') return []
  if (isList(node)) return node.flatMap(complaints)
  const here = Object.keys(node).includes('_ws.malformed') ? ['malformed'] : []
  return [...here, ...textsOf(node['_ws.expert.message']), ...Object.values(node).flatMap(complaints)]
}

function text(layer: Layer | undefined, field: string): string {
  return textsOf(layer?.[field])[0] ?? ''
}

function textsOf(node: Node | undefined): string[] {
  return listOf(node).filter((each) => typeof each === 'string')
}

function layersOf(node: Node | undefined): Layer[] {
  return listOf(node).filter((each) => typeof each !== 'string')
}

function listOf(node: Node | undefined): readonly (string | Layer)[] {
  if (node === undefined) return []
  return isList(node) ? node : [node]
}

function isList(node: Node): node is readonly (string | Layer)[] {
  return Array.isArray(node)
}
