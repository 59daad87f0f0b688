import { stat } from "node:fs/promises";
import type { Fault } from "../../proto/core/fault.ts";
import { storageFault } from "../../proto/runtime/sqlite.ts";
import type { AccessControl } from "./access-control.ts";
import type { MqttBroker } from "./broker.ts";
import type { Users } from "./users.ts";

/**
 * Reads files again when they change, or on demand (SIGHUP).
 *
 * It checks the files every second instead of using `fs.watch`. Editors replace a file by a new one, and Kubernetes
 * points a link to a folder with the new files: a watch would stay on the old file. A changed file is read when two
 * checks in a row find the same state, because a file may be written in pieces. A file that cannot be used is reported
 * once, and the old content stays in use.
 */
export class FileReloads {
  readonly #targets: readonly (ReloadTarget & { seen: string; pending: string })[];
  readonly #report: (note: ReloadNote) => void;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(targets: readonly ReloadTarget[], report: (note: ReloadNote) => void) {
    this.#targets = targets.map((target) => ({ ...target, seen: "", pending: "" }));
    this.#report = report;
  }

  /** @param everyMs the time between two checks. */
  start(everyMs: number = EVERY_MS): void {
    if (this.#targets.length === 0) return;
    const check = async (): Promise<void> => {
      await this.check();
      if (this.#stopped) return;
      this.#timer = setTimeout(() => void check(), everyMs);
      this.#timer.unref();
    };
    void check();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Reads all files again, changed or not. */
  now(): void {
    for (const target of this.#targets) this.#reload(target);
  }

  /** Checks all files once. The first check only remembers them. */
  async check(): Promise<void> {
    for (const target of this.#targets) {
      const state = (await Promise.all(target.files.map(fileState))).join(" ");
      if (target.seen === "") target.seen = target.pending = state;
      const isSettled = state === target.pending;
      target.pending = state;
      if (!isSettled || state === target.seen) continue;
      target.seen = state;
      this.#reload(target);
    }
  }

  #reload({ name, files, reload }: ReloadTarget): void {
    try {
      reload();
      this.#report({ name, files });
    } catch (error) {
      this.#report({ name, files, fault: storageFault(error, files.join(", ")) });
    }
  }
}

/** The files of the MQTT side that may change while the gateway runs. */
export function mqttFiles(parts: {
  readonly users: Users | undefined;
  readonly access: AccessControl | undefined;
  readonly broker: Pick<MqttBroker, "listeners" | "closeUsers">;
}): ReloadTarget[] {
  const { users, access, broker } = parts;
  const targets: ReloadTarget[] = [];
  if (users !== undefined) {
    const reload = (): void => {
      users.reload();
      broker.closeUsers((name) => !users.has(name));
    };
    targets.push({ name: "users", files: [users.path], reload });
  }
  if (access !== undefined) targets.push({ name: "acl", files: [access.path], reload: () => access.reload() });
  for (const listener of broker.listeners) {
    if (listener.files.length === 0) continue;
    targets.push({ name: "tls", files: listener.files, reload: () => listener.reloadTls() });
  }
  return targets;
}

export type ReloadTarget = {
  readonly name: "users" | "acl" | "tls";
  readonly files: readonly string[];
  /** @throws Fault, and the old content stays in use. */
  readonly reload: () => void;
};

/** `fault` if the files could not be used. */
export type ReloadNote = Omit<ReloadTarget, "reload"> & { readonly fault?: Fault };

/** Identifies the file behind the path and its content, as far as the file system shows. */
async function fileState(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs].join(":");
  } catch {
    return "missing";
  }
}

const EVERY_MS = 1000;
