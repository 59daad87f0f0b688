import { SqliteOutbox } from "../../../edge/storage/sqlite-outbox.ts";
import { replaced } from "./replaced.ts";

/** A gateway that breaks P3: it deletes a batch as soon as one region has it. */
replaced(
  SqliteOutbox.prototype,
  "mark",
  (mark) =>
    function (this: SqliteOutbox, claim) {
      mark.call(this, { ...claim, replicated: claim.durable });
    },
);
replaced(
  SqliteOutbox.prototype,
  "trim",
  (trim) =>
    function (this: SqliteOutbox, options) {
      return trim.call(this, { ...options, beforeMs: Infinity });
    },
);
