import { StorageClient } from "../../../edge/storage/storage-client.ts";
import { replaced } from "./replaced.ts";

/**
 * A gateway that breaks P1: it acknowledges what it has only in memory, and writes a little later, as brokers do that
 * save every now and then.
 */
replaced(
  StorageClient.prototype,
  "offer",
  (offer) =>
    function (this: StorageClient, message, committed) {
      setImmediate(committed);
      setTimeout(() => offer.call(this, message, () => undefined), 50);
    },
);
