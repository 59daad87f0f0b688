/**
 * A template for the names of devices and metrics, such as `"{line}/{device}"`. The configuration is checked for unknown
 * names when it is loaded.
 */
export class Template {
  readonly #parts: readonly (string | { readonly name: string })[];
  readonly names: readonly string[];

  constructor(text: string) {
    this.#parts = text
      .split(/(\{\w+\})/)
      .filter((part) => part !== "")
      .map((part) => (/^\{\w+\}$/.test(part) ? { name: part.slice(1, -1) } : part));
    this.names = this.#parts.flatMap((part) => (typeof part === "string" ? [] : [part.name]));
  }

  expand(value: (name: string) => string | undefined): string {
    return this.#parts.map((part) => (typeof part === "string" ? part : (value(part.name) ?? ""))).join("");
  }
}
