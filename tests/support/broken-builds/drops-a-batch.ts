import { SqliteWriter } from "../../../cloud/store/sqlite/writer.ts";
import { replaced } from "./replaced.ts";

/** A region that breaks P2: it acknowledges every tenth batch and keeps none of its records. */
replaced(
  SqliteWriter.prototype,
  "insertContent",
  (insertContent) =>
    function (this: SqliteWriter, stream, batch, readable) {
      if (batch.seq % 10 !== 0) insertContent.call(this, stream, batch, readable);
    },
);
