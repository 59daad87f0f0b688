/**
 * Names of devices and metrics from what is known about a message: `"{line}/{device}"`. A name that is not known is a
 * mistake of the configuration, found when it is read.
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
