import { SqliteWriter } from "../../../cloud/store/sqlite-writer.ts";

/** A region that breaks P2: of every tenth batch it says that it has it, and keeps nothing of what it says. */
const { insertContent } = SqliteWriter.prototype;
SqliteWriter.prototype.insertContent = function (stream, batch, readable) {
  if (batch.seq % 10 !== 0) insertContent.call(this, stream, batch, readable);
};
