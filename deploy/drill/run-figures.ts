import { batchesOf, conflictsByKind } from "./evidence.ts";
import type { Figures } from "./outcome.ts";
import type { Sample } from "./samples.ts";
import { answering, growth, peak } from "./samples.ts";
import type { DrillTarget, TargetRegion } from "./target.ts";

/** The cost of a drill: buffers, resent batches, conflicts; from samples and from one region. */
export async function figuresOf(
  samples: readonly Sample[],
  given: { target: DrillTarget; region: TargetRegion; run: string; sinceWallMs: number },
): Promise<Figures> {
  const { target, region, run, sinceWallMs } = given;
  const gateways = new Set(target.gateways.map(({ name }) => name));
  const isFresh = target.kind === "sandbox";
  const sum = (counter: (gateway: ReturnType<typeof answering>[number]) => number): number =>
    [...gateways].reduce((total, name) => {
      const of = ({ gateways: seen }: Sample): number | undefined => {
        const gateway = seen.get(name);
        return gateway && counter(gateway);
      };
      return total + growth(samples, of, { fromNothing: isFresh });
    }, 0);
  const sent = sum(({ regions }) => regions.reduce((total, { sentBatches }) => total + sentBatches, 0));
  const sentBytes = sum(({ regions }) => regions.reduce((total, one) => total + one.sentBytes, 0));
  // A running deployment has sent batches before the drill, so this is known for a sandbox only.
  const resentBatches = isFresh ? Math.max(0, sent - (await batchesOf(region, gateways).catch(() => sent))) : 0;
  const conflicts = { prefix: `drill/${run}/`, fromMs: sinceWallMs };
  return {
    peakBufferBytes: peak(samples, (sample) => answering(sample).map(({ usedBytes }) => usedBytes)),
    peakBufferShare: peak(samples, (sample) => answering(sample).map(({ fillRatio }) => fillRatio)),
    peakWaitingReadings: peak(samples, (sample) => answering(sample).map(({ waitingReadings }) => waitingReadings)),
    resentBatches,
    resentBytes: sent === 0 ? 0 : Math.round((sentBytes / sent) * resentBatches),
    dualSendMs: sum(({ dualSendMs }) => dualSendMs),
    conflicts: await conflictsByKind(region, conflicts).catch(() => ({})),
  };
}
