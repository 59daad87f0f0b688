import { readFileSync } from "node:fs";
import { Fault } from "../../proto/core/fault.ts";
import type { AclQuestion } from "../core/mqtt/acl-file.ts";
import { Acl, AclMistake } from "../core/mqtt/acl-file.ts";

/** Who may publish and read which topics, from a file (`edge/core/mqtt/acl-file.ts`). */
export class AccessControl {
  readonly path: string;
  #acl: Acl;

  /**
   * Reads the file at once, so that a mistake in it ends the start before the gateway opens its disk or a port.
   * @throws Fault when the file cannot be read or has an invalid line.
   */
  constructor(path: string) {
    this.path = path;
    this.#acl = readAcl(path);
  }

  /** Reads the file again. The new rules apply to connected clients, too. @throws Fault, and the old rules stay. */
  reload(): void {
    this.#acl = readAcl(this.path);
  }

  allows(question: AclQuestion): boolean {
    return this.#acl.allows(question);
  }
}

function readAcl(path: string): Acl {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const hint = "check the path and who may read it, or remove mqtt.acl_file";
    throw new Fault({ code: "file", message: `${path}: the ACL file cannot be read`, hint, cause });
  }
  try {
    return new Acl(text);
  } catch (cause) {
    if (!(cause instanceof AclMistake)) throw cause;
    throw new Fault({ code: "config", message: `${path}:${cause.line}: ${cause.message}` });
  }
}
