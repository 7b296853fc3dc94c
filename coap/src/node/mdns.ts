// DNS-SD over mDNS by bonjour-service (docs/decisions/mdns.md), loaded when somebody first asks for it.

import { hostname } from 'node:os'
import type { ServiceDirectory } from '../network/service-directory.ts'

/** So many services are told of: anybody on the link can make up more. */
const mostServices = 1024

export interface MdnsOptions {
  /** Default 5353. Another one is for tests. */
  readonly port?: number
  /** A local address of IPv4: mDNS is spoken there only. Default: where the system likes. */
  readonly interface?: string
}

/** `failed` is told what goes wrong on the network later; it goes on. */
export function mdns(failed: (error: Error) => void = () => {}, options: MdnsOptions = {}): ServiceDirectory {
  return {
    async browse(type, { found, lost }) {
      const bonjour = await opened(failed, options)
      const known = new Set<string>()
      const browser = bonjour.find({ type, protocol: 'udp' })
      browser.on('up', (service: Described) => {
        if (known.size >= mostServices) return
        known.add(service.fqdn)
        found(serviceOf(service))
      })
      browser.on('down', (service: Described) => {
        if (known.delete(service.fqdn)) lost(serviceOf(service))
      })
      return () => {
        browser.stop()
        return closed(bonjour)
      }
    },
    async announce(type, { name, port }) {
      const bonjour = await opened(failed, options)
      // A name without a domain would be asked of DNS.
      const host = `${hostname().replace(/\..*/, '')}.local`
      bonjour.publish({ name, type, port, protocol: 'udp', host })
      return () => new Promise<void>((resolve) => bonjour.unpublishAll(() => resolve())).then(() => closed(bonjour))
    },
  }
}

type Bonjour = import('bonjour-service').Bonjour
type Described = import('bonjour-service').Service

async function opened(failed: (error: Error) => void, options: MdnsOptions): Promise<Bonjour> {
  const { Bonjour } = await import('bonjour-service')
  // Bound to an address of its own a socket would hear nothing that is sent to the group.
  const bound = { ...options, bind: '0.0.0.0' }
  const bonjour = new Bonjour(bound, failed)
  // It has no other way to tell that its socket cannot be bound, and an event `error` without a listener ends the process.
  const { server } = bonjour as unknown as { readonly server: { readonly mdns: NodeJS.EventEmitter } }
  server.mdns.on('error', failed)
  return bonjour
}

function closed(bonjour: Bonjour): Promise<void> {
  return new Promise((resolve) => bonjour.destroy(() => resolve()))
}

function serviceOf({ name, port, host, addresses = [] }: Described) {
  return { name, port, host, addresses: [...addresses] }
}
