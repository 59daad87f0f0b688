import type { Member } from "../../proto/core/member.ts";
import { membersOf } from "../core/membership.ts";
import type { Store } from "../store/store.ts";

/** The regions as this one knows them now: read again when a command of an operator may have changed them. */
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

  /** Told after {@link RegionList.all} has changed. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** In order of their names, this region among them. */
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
