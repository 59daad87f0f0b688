import type { Member } from "../../proto/core/member.ts";
import { membersOf } from "../core/membership.ts";
import type { Store } from "../store/store.ts";

/** The list of all regions. It is read from the store again when an operator command may have changed it. */
export class RegionList {
  readonly #store: Pick<Store, "members">;
  readonly #configured: readonly Member[];
  readonly #listeners: (() => void)[] = [];
  #members: readonly Member[];

  constructor(store: Pick<Store, "members">, configured: readonly Member[]) {
    this.#store = store;
    this.#configured = configured;
    this.#members = configured;
  }

  /** Calls the listener after {@link RegionList.all} has changed. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** In the order of their names, this region included. */
  get all(): readonly Member[] {
    return this.#members;
  }

  find(region: string): Member | undefined {
    return this.#members.find((member) => member.region === region);
  }

  async load(): Promise<void> {
    const members = membersOf(this.#configured, await this.#store.members());
    if (JSON.stringify(members) === JSON.stringify(this.#members)) return;
    this.#members = members;
    for (const listener of this.#listeners) listener();
  }
}
