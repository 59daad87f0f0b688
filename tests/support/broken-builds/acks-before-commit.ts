import { StorageClient } from "../../../edge/storage/storage-client.ts";
import { replaceMethod } from "./replace-method.ts";

/**
 * A gateway that breaks P1: it acknowledges messages that are only in memory and writes them a little later, like a broker
 * that saves from time to time.
 */
replaceMethod(
  StorageClient.prototype,
  "offer",
  (offer) =>
    function (this: StorageClient, message, committed) {
      setImmediate(committed);
      setTimeout(() => offer.call(this, message, () => undefined), 50);
    },
);
