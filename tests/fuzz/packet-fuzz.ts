import { Conversation } from "./conversation.ts";
import { Finding } from "./finding.ts";
import { GatewayUnderFire } from "./gateway-under-fire.ts";

/**
 * Mutated packets of MQTT 3.1.1 and 5, in conversations over TCP, through a real gateway ({@link GatewayUnderFire} says
 * what must hold). Each conversation has a seed of its own and can be held again alone; what somebody said before may
 * matter, so a finding names all that were going on, the bytes of each included.
 *
 * @param options.count of mutated packets that the broker took up; those behind the one over which it closed do not count.
 * @throws Finding
 */
export async function fuzzPackets(options: {
  seed: number;
  count: number;
  firstConversation?: number;
  /** See {@link GatewayUnderFire.start}. */
  built: boolean;
  /** Ends it early, with the figures so far. */
  signal?: AbortSignal;
}): Promise<PacketFigures> {
  await using gateway = await GatewayUnderFire.start({ built: options.built });
  const figures: PacketFigures = { conversations: 0, takenUp: 0, witnessed: 0, rssMax: 0, slowestMs: 0 };
  let next = options.firstConversation ?? 0;
  let problem: string | undefined;
  let lastCheckMs = performance.now();
  const recent: number[] = [];

  const oneAfterTheOther = async (lane: number): Promise<void> => {
    // Addresses of their own: one has 28,000 ports, each of which rests for a minute after its use.
    const localAddress = process.platform === "linux" ? `127.0.0.${2 + lane}` : "127.0.0.1";
    while (problem === undefined && figures.takenUp < options.count && options.signal?.aborted !== true) {
      const number = next++;
      recent.push(number);
      if (recent.length > RECENT) recent.shift();
      const conversation = new Conversation(options.seed, number);
      const heard = await conversation.hold(gateway.address, localAddress);
      figures.conversations++;

      figures.takenUp += conversation.takenUp(heard);
      problem ??= heard.problem ?? (heard.refused && `no connection: ${heard.refused.message}`);
      if (performance.now() - lastCheckMs < CHECK_EVERY_MS) continue;
      lastCheckMs = performance.now();
      problem ??= await gateway.problem();
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, lane) => oneAfterTheOther(lane)));
  problem ??= await gateway.afterwards();
  figures.rssMax = gateway.rssMax;
  figures.slowestMs = gateway.slowestMs;
  figures.witnessed = gateway.witnessed;
  if (problem === undefined) return figures;
  const from = recent[0] ?? 0;
  throw new Finding({
    problem,
    where: `conversation ${next - 1}, or one of the ${recent.length} before; bytes of the last`,
    bytes: new Conversation(options.seed, next - 1).bytes,
    replay: `npm run fuzz -- --seed ${options.seed} --payloads 0 --packets ${RECENT * 4} --conversation ${from}`,
  });
}

export type PacketFigures = {
  conversations: number;

  takenUp: number;
  /** How often somebody who behaves was served meanwhile. */
  witnessed: number;
  /** Bytes of the gateway's process. */
  rssMax: number;
  /** What the witness waited at most for its acknowledgement and its echo. */
  slowestMs: number;
};

const LANES = 64;
const RECENT = 2000;
const CHECK_EVERY_MS = 250;
