/**
 * Finds the subscriptions that match a topic. It is a tree with one branch for each level of the filters, so the cost of a
 * match depends on the levels of the topic and not on the number of subscriptions. No text from outside becomes a regular
 * expression or a key of a plain object.
 */
export class SubscriptionTrie<T> {
  readonly #root: Node<T> = { children: new Map(), entries: new Map() };
  #size = 0;

  /** The number of subscriptions. */
  get size(): number {
    return this.#size;
  }

  /** Replaces the entry of this client and filter. */
  set(filter: string, client: string, entry: T): void {
    let node = this.#root;
    for (const level of filter.split("/")) {
      let child = node.children.get(level);
      if (child === undefined) {
        child = { children: new Map(), entries: new Map() };
        node.children.set(level, child);
      }
      node = child;
    }
    if (!node.entries.has(client)) this.#size++;
    node.entries.set(client, entry);
  }

  delete(filter: string, client: string): void {
    const path: { readonly parent: Node<T>; readonly level: string }[] = [];
    let node = this.#root;
    for (const level of filter.split("/")) {
      const child = node.children.get(level);
      if (child === undefined) return;
      path.push({ parent: node, level });
      node = child;
    }
    if (!node.entries.delete(client)) return;
    this.#size--;
    // Remove empty branches. Otherwise unused filters would stay for ever.
    for (const { parent, level } of path.reverse()) {
      const child = parent.children.get(level)!;
      if (child.children.size > 0 || child.entries.size > 0) return;
      parent.children.delete(level);
    }
  }

  /** All subscriptions whose filter matches. A client comes once for each of its filters that match. */
  match(topic: string): readonly T[] {
    const found: T[] = [];
    if (this.#size > 0) collect(this.#root, topic.split("/"), 0, found);
    return found;
  }
}

type Node<T> = { readonly children: Map<string, Node<T>>; readonly entries: Map<string, T> };

function collect<T>(node: Node<T>, levels: readonly string[], depth: number, found: T[]): void {
  // [MQTT-4.7.2-1] A wildcard at the first level does not match topics that begin with `$`.
  const wild = depth > 0 || !levels[0]!.startsWith("$");
  // `#` matches the level above it, too [MQTT-4.7.1-2].
  if (wild) take(node.children.get("#"), found);
  if (depth === levels.length) {
    take(node, found);
    return;
  }
  if (wild) {
    const any = node.children.get("+");
    if (any !== undefined) collect(any, levels, depth + 1, found);
  }
  const level = levels[depth]!;
  // A topic has no wildcards. If one had, a filter with the same wildcard must not be found twice.
  const exact = level === "+" || level === "#" ? undefined : node.children.get(level);
  if (exact !== undefined) collect(exact, levels, depth + 1, found);
}

function take<T>(node: Node<T> | undefined, found: T[]): void {
  if (node === undefined) return;
  for (const entry of node.entries.values()) found.push(entry);
}
