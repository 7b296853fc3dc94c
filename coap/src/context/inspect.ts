// What Node shows of a value (`console.log`): a sentence of ours instead of all its fields, which may hold keys or payloads.

/** To call in a class's static block. The method's name is Node's registered symbol, so that no Node library is needed. */
export function showAs<T extends object>(type: { readonly prototype: T }, sentence: (value: T) => string): void {
  Object.defineProperty(type.prototype, Symbol.for('nodejs.util.inspect.custom'), {
    value(this: T): string {
      return sentence(this)
    },
  })
}
