import { OutboxShelf } from "../../../edge/journal/outbox-shelf.ts";

/** A gateway that breaks P3: what one region has is good enough for it, and goes from its disk at once. */
const { mark, trim } = OutboxShelf.prototype;
OutboxShelf.prototype.mark = function (claim) {
  mark.call(this, { ...claim, replicated: claim.durable });
};
OutboxShelf.prototype.trim = function (options) {
  return trim.call(this, { ...options, beforeMs: Infinity });
};
