import { SqliteOutbox } from "../../../edge/storage/sqlite-outbox.ts";
import { replaceMethod } from "./replace-method.ts";

/** A gateway that breaks P3: it deletes a batch as soon as one region has it. */
replaceMethod(
  SqliteOutbox.prototype,
  "mark",
  (mark) =>
    function (this: SqliteOutbox, claim) {
      mark.call(this, { ...claim, replicated: claim.durable });
    },
);
replaceMethod(
  SqliteOutbox.prototype,
  "trim",
  (trim) =>
    function (this: SqliteOutbox, options) {
      return trim.call(this, { ...options, beforeMs: Infinity });
    },
);
