import type { PeerStatus } from "../core/replication-events.ts";
import type { LostBatches, StoreTotals } from "../store/store.ts";

export type RegionAlarms = {
  readonly peers: readonly PeerStatus[];
  /** The peers whose rows differ. */
  readonly differing: readonly string[];
  readonly lost: LostBatches | null;
  /** Rows that are damaged and not repaired. */
  readonly damaged: number;
  /** Whether the last walk could read the whole database. */
  readonly isReadable: boolean;
  /** The names that two gateways have. */
  readonly twins: readonly string[];
};

/** The state of a region in one sentence. `lastBatchMs`: the age of the last batch; null: not known. */
export function regionSentence(
  totals: StoreTotals,
  { peers, differing, lost, damaged, isReadable, twins }: RegionAlarms,
  lastBatchMs: number | null,
): string {
  const twinAlarm = twins.length > 0 ? [`TWO GATEWAYS ARE NAMED ${twins.join(", ")}: see twins`] : [];
  if (totals.lastReceivedMs === null) {
    return `${["Waiting for the first batch; no gateway has delivered anything yet", ...twinAlarm].join("; ")}.`;
  }
  const from = `from ${counted(totals.gateways, "gateway")}`;
  const held = [
    ...(totals.records > 0 ? [counted(totals.records, "window record")] : []),
    ...(totals.rawReadings > 0 ? [counted(totals.rawReadings, "raw reading")] : []),
  ];
  const holding = held.length === 0 ? "no records yet" : held.join(" and ");
  const last = lastBatchMs === null ? LAST_UNKNOWN : `last batch ${(lastBatchMs / 1000).toFixed(1)} s ago`;
  const away = peers.filter((peer) => !peer.connected);
  const behind = peers.filter((peer) => peer.connected && (peer.behindMs ?? 0) > BEHIND_MS);
  const alarms = [
    ...(isReadable ? [] : ["A PART OF THE DATABASE CANNOT BE READ: restore the data folder from a copy"]),
    ...(damaged > 0 ? [`${counted(damaged, "ROW IS", "ROWS ARE")} DAMAGED and left out of answers`] : []),
    ...(lost === null ? [] : [lostSentence(lost)]),
    ...twinAlarm,
    ...(differing.length > 0 ? [`ROWS DIFFER from those of ${differing.join(", ")}: see /v1/digests`] : []),
    ...(away.length > 0 ? [`no connection to ${away.map((peer) => peer.peer).join(", ")}`] : []),
    ...behind.map((peer) => `${peer.peer} is ${counted(peer.behindBatches, "batch", "batches")} behind`),
    ...(totals.forks > 0 ? [`${counted(totals.forks, "fork")} to look at`] : []),
    ...(totals.unapplied > 0 ? [`${counted(totals.unapplied, "batch", "batches")} of a newer format held unread`] : []),
  ];
  const sentence = `Holding ${holding} of ${counted(totals.readings, "reading")} ${from}, ${last}`;
  return `${[sentence, ...alarms].join("; ")}.`;
}

const LAST_UNKNOWN = "last batch before this start, and the clock has gone back since then";
function lostSentence({ batches, awaited, unnamed }: LostBatches): string {
  const rest = [
    ...(awaited > 0 ? [`${awaited.toLocaleString("en-US")} have not come again yet`] : []),
    ...(unnamed > 0 ? [`${unnamed.toLocaleString("en-US")} are not known by name`] : []),
  ];
  const state = rest.length === 0 ? "all of them came again" : rest.join(" and ");
  return `${counted(batches, "batch", "batches")} WERE LOST with the write-ahead log before this start, ${state}`;
}

/** Later than any ordinary commit. */
const BEHIND_MS = 2_000;

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;
}
