import { SqliteOutbox } from "../../../edge/storage/sqlite-outbox.ts";
import { replaced } from "./replaced.ts";

/** A gateway that breaks P3: what one region has is good enough for it, and goes from its disk at once. */
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
