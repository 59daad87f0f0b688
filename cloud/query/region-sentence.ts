import type { PeerStatus } from "../core/replication-events.ts";
import type { StoreTotals } from "../store/store.ts";

/** The state of a region in one sentence. */
export function regionSentence(
  totals: StoreTotals,
  { peers, differing }: { peers: readonly PeerStatus[]; differing: readonly string[] },
  nowMs: number,
): string {
  if (totals.lastReceivedMs === null) return "Waiting for the first batch; no gateway has delivered anything yet.";
  const from = `from ${counted(totals.gateways, "gateway")}`;
  const held = [
    ...(totals.records > 0 ? [counted(totals.records, "window record")] : []),
    ...(totals.rawReadings > 0 ? [counted(totals.rawReadings, "raw reading")] : []),
  ];
  const holding = held.length === 0 ? "no records yet" : held.join(" and ");
  const age = ((nowMs - totals.lastReceivedMs) / 1000).toFixed(1);
  const lost = peers.filter((peer) => !peer.connected);
  const behind = peers.filter((peer) => peer.connected && (peer.behindMs ?? 0) > BEHIND_MS);
  const alarms = [
    ...(differing.length > 0 ? [`ROWS DIFFER from those of ${differing.join(", ")}: see /v1/digests`] : []),
    ...(lost.length > 0 ? [`no connection to ${lost.map((peer) => peer.peer).join(", ")}`] : []),
    ...behind.map((peer) => `${peer.peer} is ${counted(peer.behindBatches, "batch", "batches")} behind`),
    ...(totals.forks > 0 ? [`${counted(totals.forks, "fork")} to look at`] : []),
    ...(totals.unapplied > 0 ? [`${counted(totals.unapplied, "batch", "batches")} of a newer format held unread`] : []),
  ];
  const sentence = `Holding ${holding} of ${counted(totals.readings, "reading")} ${from}, last batch ${age} s ago`;
  return `${[sentence, ...alarms].join("; ")}.`;
}

/** Later than any ordinary commit. */
const BEHIND_MS = 2_000;

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;
}
