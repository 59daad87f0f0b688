import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";

import { Fault } from "../../proto/core/fault.ts";

/**
 * The folder of a region's data: the database, and beside it a note of which store it is. The note outlives the
 * database file: where it stands and the file is gone or is another store's, the region must not start with an empty
 * store and let gateways delete what only they still have.
 */
export class DataFolder {
  readonly databasePath: string;
  /** The store that lived here, if one did. */
  readonly #known: string | null;
  readonly #notePath: string;
  readonly #folder: string;

  /** @throws Fault when the folder cannot be made or the note cannot be read. */
  constructor(folder: string) {
    this.#folder = folder;
    this.databasePath = join(folder, "region.db");
    this.#notePath = join(folder, "store-id");
    try {
      mkdirSync(folder, { recursive: true });
      this.#known = existsSync(this.#notePath) ? readFileSync(this.#notePath, "utf8").trim() : null;
    } catch (cause) {
      throw folderFault(folder, cause);
    }
  }

  get expectsData(): boolean {
    return this.#known !== null;
  }

  /**
   * Notes which store lives here; durable when it returns.
   * @throws Fault when another one did.
   */
  confirm(storeId: Uint8Array): void {
    const id = Buffer.from(storeId).toString("hex");
    if (this.#known === id) return;
    if (this.#known !== null) {
      throw new Fault({
        code: "storage_corrupt",
        message: `${this.databasePath} is store ${id}, but ${this.#known} lived here`,
        hint: `restore the right file, or delete ${this.#notePath} if the exchange was meant`,
      });
    }
    try {
      const temporary = `${this.#notePath}.new`;
      const file = openSync(temporary, "w");
      writeSync(file, `${id}\n`);
      fsyncSync(file);
      closeSync(file);
      renameSync(temporary, this.#notePath);
      const folder = openSync(this.#folder, "r");
      fsyncSync(folder);
      closeSync(folder);
    } catch (cause) {
      throw folderFault(this.#folder, cause);
    }
  }
}

function folderFault(folder: string, cause: unknown): Fault {
  const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return new Fault({
    code: "file",
    message: `cannot use the data folder ${folder}: ${reason}`,
    hint: "data_dir must name a folder that this user may write",
    cause,
  });
}
