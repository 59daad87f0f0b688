import { SqliteWriter } from "../../../cloud/store/sqlite/writer.ts";
import { replaced } from "./replaced.ts";

/** A region that breaks P2: of every tenth batch it says that it has it, and keeps nothing of what it says. */
replaced(
  SqliteWriter.prototype,
  "insertContent",
  (insertContent) =>
    function (this: SqliteWriter, stream, batch, readable) {
      if (batch.seq % 10 !== 0) insertContent.call(this, stream, batch, readable);
    },
);
