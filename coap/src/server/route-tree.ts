// Finds what is registered for a path. In each segment a static text goes before a parameter, and a parameter before the rest of a
// path. No look-up visits a node twice, and one that meets only static segments allocates nothing.

import type { RouteSegment } from './route-path.ts'

export class RouteTree<T> {
  readonly #root = new Node<T>()
  /** What parameters stood for in the path that was found last, in order; read it before the next `find`. */
  readonly values: string[] = []
  /** How many segments of it come before its open end. */
  matched = 0

  /** What is at the path of a route; if nothing is there yet, what `make` gives. */
  at(segments: readonly RouteSegment[], make: () => T): T {
    let node = this.#root
    for (const { kind, text } of segments) {
      if (kind === 'static') node = node.child(text)
      else if (kind === 'parameter') node = node.anyChild()
      else {
        node.rest ??= make()
        return node.rest
      }
    }
    node.here ??= make()
    return node.here
  }

  find(path: readonly string[]): T | undefined {
    this.values.length = 0
    return this.#find(this.#root, path, 0)
  }

  #find(node: Node<T>, path: readonly string[], at: number): T | undefined {
    if (at === path.length) {
      if (node.here !== undefined) return node.here
    } else {
      const segment = path[at] as string
      const child = node.children.get(segment)
      if (child !== undefined) {
        const found = this.#find(child, path, at + 1)
        if (found !== undefined) return found
      }
      if (node.any !== undefined && segment !== '') {
        this.values.push(segment)
        const found = this.#find(node.any, path, at + 1)
        if (found !== undefined) return found
        this.values.pop()
      }
    }
    this.matched = at
    return node.rest
  }
}

class Node<T> {
  readonly children = new Map<string, Node<T>>()
  /** For any one segment. */
  any: Node<T> | undefined = undefined
  here: T | undefined = undefined
  /** For all paths that begin here. */
  rest: T | undefined = undefined

  child(segment: string): Node<T> {
    let child = this.children.get(segment)
    if (child === undefined) {
      child = new Node()
      this.children.set(segment, child)
    }
    return child
  }

  anyChild(): Node<T> {
    this.any ??= new Node()
    return this.any
  }
}
