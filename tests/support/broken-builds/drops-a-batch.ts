import { SqliteRowWriter } from "../../../cloud/store/sqlite/row-writer.ts";
import { replaceMethod } from "./replace-method.ts";

/** A region that breaks P2: it acknowledges every tenth batch and keeps none of its rows. */
replaceMethod(
  SqliteRowWriter.prototype,
  "write",
  (write) =>
    function (this: SqliteRowWriter, rows) {
      const isKept = ({ origin }: { readonly origin: { readonly seq: number } }): boolean => origin.seq % 10 !== 0;
      write.call(this, { ...rows, windows: rows.windows.filter(isKept), raws: rows.raws.filter(isKept) });
    },
);
