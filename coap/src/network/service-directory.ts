// Services by name (DNS-SD: RFC 6763), over mDNS (RFC 6762) or whatever a platform has.

/** A service that somebody offers: `_coap._udp`. */
export interface Service {
  /** For people: `Kitchen`. */
  readonly name: string
  readonly port: number
}

export interface FoundService extends Service {
  /** The name of the machine, as `sensor.local`. */
  readonly host: string
  /** Of that machine, as far as it says so; link-local ones of IPv6 without a zone. */
  readonly addresses: readonly string[]
}

export interface ServiceListener {
  found(service: FoundService): void
  /** It has said that it is gone. */
  lost(service: FoundService): void
}

/** `type` is without underscores and protocol: `coap` is `_coap._udp`. Both give a function that ends it. */
export interface ServiceDirectory {
  browse(type: string, listener: ServiceListener): Promise<() => Promise<void>>
  announce(type: string, service: Service): Promise<() => Promise<void>>
}
