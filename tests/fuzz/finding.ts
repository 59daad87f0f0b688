/** A broken promise, with everything that is needed to reproduce it. */
export class Finding extends Error {
  constructor(what: { problem: string; where: string; bytes: Uint8Array; replay: string }) {
    const { problem, where, bytes, replay } = what;
    super(`${problem}\n  at     ${where}\n  bytes  ${Buffer.from(bytes).toString("hex")}\n  again  ${replay}`);
    this.name = "Finding";
  }
}
