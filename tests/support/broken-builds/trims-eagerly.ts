import { OutboxShelf } from "../../../edge/journal/outbox-shelf.ts";
import { replaced } from "./replaced.ts";

/** A gateway that breaks P3: what one region has is good enough for it, and goes from its disk at once. */
replaced(
  OutboxShelf.prototype,
  "mark",
  (mark) =>
    function (this: OutboxShelf, claim) {
      mark.call(this, { ...claim, replicated: claim.durable });
    },
);
replaced(
  OutboxShelf.prototype,
  "trim",
  (trim) =>
    function (this: OutboxShelf, options) {
      return trim.call(this, { ...options, beforeMs: Infinity });
    },
);
