import { Conversation } from "./conversation.ts";
import { Finding } from "./finding.ts";
import { FuzzedGateway } from "./fuzzed-gateway.ts";

/**
 * Sends mutated packets of MQTT 3.1.1 and 5 to a real gateway, in conversations over TCP ({@link FuzzedGateway} says what
 * must hold). Each conversation has its own seed and can be repeated alone. Earlier conversations may matter, so a finding
 * names the recent ones, and has the bytes of the last one.
 *
 * @param options.count mutated packets that the broker handled. Packets after the one that closed a connection do not count.
 * @throws Finding
 */
export async function fuzzPackets(options: {
  seed: number;
  count: number;
  firstConversation?: number;
  /** See {@link FuzzedGateway.start}. */
  built: boolean;
  /** Ends it early, with the figures so far. */
  signal?: AbortSignal;
}): Promise<PacketFigures> {
  await using gateway = await FuzzedGateway.start({ built: options.built });
  const figures: PacketFigures = { conversations: 0, handled: 0, controlMessages: 0, rssMax: 0, slowestMs: 0 };
  let next = options.firstConversation ?? 0;
  let problem: string | undefined;
  let lastCheckMs = performance.now();
  const recent: number[] = [];

  const converse = async (lane: number): Promise<void> => {
    // Each lane has its own address. An address has 28,000 ports, and a used port cannot be used again for a minute.
    const localAddress = process.platform === "linux" ? `127.0.0.${2 + lane}` : "127.0.0.1";
    while (problem === undefined && figures.handled < options.count && options.signal?.aborted !== true) {
      const number = next++;
      recent.push(number);
      if (recent.length > RECENT) recent.shift();
      const conversation = new Conversation(options.seed, number);
      const heard = await conversation.hold(gateway.address, localAddress);
      figures.conversations++;
      figures.handled += conversation.handled(heard);
      problem ??= heard.problem ?? (heard.refused && `no connection: ${heard.refused.message}`);
      if (performance.now() - lastCheckMs < CHECK_EVERY_MS) continue;
      lastCheckMs = performance.now();
      problem ??= await gateway.problem();
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, lane) => converse(lane)));
  problem ??= await gateway.afterwards();
  figures.rssMax = gateway.rssMax;
  figures.slowestMs = gateway.slowestMs;
  figures.controlMessages = gateway.controlMessages;
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
  handled: number;
  /** How often the control client was served. */
  controlMessages: number;
  /** The highest resident memory of the gateway, in bytes. */
  rssMax: number;
  /** The longest time that the control client waited for an acknowledgement and its message. */
  slowestMs: number;
};

const LANES = 64;
const RECENT = 2000;
const CHECK_EVERY_MS = 250;
