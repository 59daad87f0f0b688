import { randomBytes } from "node:crypto";
import { connect, type IPublishPacket, type MqttClient, type Packet, Store } from "mqtt";
import { Fault } from "../../proto/core/fault.ts";

/** A broker, and the user that connects to it. */
export type BrokerTarget = {
  /** `mqtt://`, `mqtts://`, `ws://` or `wss://`. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** PEM text of the authority that signed the broker's certificate, if it is not a public one. */
  readonly ca?: string;
};

export type SensorPublication = {
  readonly topic: string;
  readonly payload: string;
  readonly qos: 0 | 1 | 2;
};

/**
 * One MQTT 3.1.1 client that behaves as a careful sensor: it has at most `inFlightMax` unacknowledged messages, counts a
 * message only when the broker acknowledged it, and after a lost connection connects again and repeats unacknowledged
 * messages with the DUP flag.
 *
 * Publish only while `ready`. Messages are never queued behind a lost connection: every message that is repeated was really
 * sent before, and memory stays within the window. The session is persistent (`clean: false`), because a message can only be
 * repeated inside one session [MQTT-4.4.0-1]. The client id is new in every run, so that two simulators do not disconnect
 * each other.
 */
export class SensorClient {
  readonly #client: MqttClient;
  readonly #unacknowledged: ResendStore;
  readonly #inFlightMax: number;
  readonly #target: BrokerTarget;
  #online = false;
  #wasOnline = false;
  #inFlight = 0;
  #acknowledged = 0;
  #lastError: Error | undefined;
  #failure: Fault | undefined;
  #changed = Promise.withResolvers<void>();
  #progressMs = performance.now();

  /** Connects. @throws Fault when the broker refuses, or does not answer in `connectTimeoutMs`. */
  static async open(
    target: BrokerTarget,
    options: { name: string; inFlightMax: number; connectTimeoutMs: number; signal: AbortSignal },
  ): Promise<SensorClient> {
    const client = new SensorClient(target, options);
    try {
      await client.#until(() => client.#online, { patienceMs: options.connectTimeoutMs, signal: options.signal });
    } catch (error) {
      await client.close();
      throw error;
    }
    return client;
  }

  private constructor(target: BrokerTarget, options: { name: string; inFlightMax: number }) {
    this.#target = target;
    this.#inFlightMax = options.inFlightMax;
    this.#unacknowledged = new ResendStore();
    this.#client = connect(target.url, {
      protocolVersion: 4,
      clientId: `${options.name}-${randomBytes(4).toString("hex")}`,
      clean: false,
      keepalive: 15,
      reconnectPeriod: 500,
      connectTimeout: 5_000,
      outgoingStore: this.#unacknowledged,
      ...(target.username === undefined ? {} : { username: target.username }),
      ...(target.password === undefined ? {} : { password: target.password }),
      ...(target.ca === undefined ? {} : { ca: target.ca }),
    });
    // "connect" comes after all unacknowledged messages were repeated and acknowledged.
    this.#client.on("connect", () => {
      this.#online = true;
      this.#wasOnline = true;
      this.#change();
    });
    this.#client.on("close", () => {
      this.#online = false;
      this.#change();
    });
    this.#client.on("error", (error) => {
      this.#lastError = error;
      if (isRefusal(error)) this.#failure = refusalFault(error, target);
      // At the first connection the options are wrong. Later, somebody may be replacing the certificate.
      else if (isCertificateError(error) && !this.#wasOnline) this.#failure = certificateFault(error, target);
      this.#change();
    });
  }

  /** Whether `publish` may be called now. */
  get ready(): boolean {
    return this.#online && this.#inFlight < this.#inFlightMax && this.#failure === undefined;
  }

  /** Why this client will never be ready again. */
  get failure(): Fault | undefined {
    return this.#failure;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Messages that were sent more than once. */
  get resent(): number {
    return this.#unacknowledged.resent;
  }

  /** @param acknowledged called once, when the broker has acknowledged the message. */
  publish(message: SensorPublication, acknowledged?: () => void): void {
    this.#inFlight++;
    this.#client.publish(message.topic, message.payload, { qos: message.qos }, (error) => {
      this.#inFlight--;
      if (error) {
        this.#failure ??= unreachableFault(this.#target, "the broker did not accept a message", error);
      } else {
        this.#acknowledged++;
        this.#progressMs = performance.now();
        acknowledged?.();
      }
      this.#change();
    });
  }

  /**
   * Resolves when one more message may be sent, or when the signal fires. Waiting for more room would cost less here, but is very
   * slow with a broker that uses Nagle's algorithm (Mosquitto does): its acknowledgements then wait for our delayed TCP
   * acknowledgement, 40 ms each time. @throws Fault after `patienceMs` without any acknowledgement.
   */
  async whenReady(options: { patienceMs: number; signal: AbortSignal }): Promise<void> {
    await this.#until(() => this.ready, options);
  }

  /** As `whenReady`, for every message published so far. */
  async whenAcknowledged(options: { patienceMs: number; signal: AbortSignal }): Promise<void> {
    await this.#until(() => this.#inFlight === 0, options);
  }

  /** Disconnects at once; messages that are not acknowledged by now stay uncounted. May be called twice. */
  async close(): Promise<void> {
    await this.#client.endAsync(this.#inFlight > 0 || !this.#online);
  }

  async #until(met: () => boolean, options: { patienceMs: number; signal: AbortSignal }): Promise<void> {
    const wake = (): void => this.#change();
    const startMs = performance.now();
    options.signal.addEventListener("abort", wake);
    try {
      while (!met() && !options.signal.aborted) {
        if (this.#failure !== undefined) throw this.#failure;
        const restMs = Math.max(startMs, this.#progressMs) + options.patienceMs - performance.now();
        if (restMs <= 0) {
          const waited = `no answer from the broker for ${(options.patienceMs / 1_000).toLocaleString("en")} s`;
          throw unreachableFault(this.#target, waited, this.#lastError);
        }
        const timer = setTimeout(wake, restMs);
        await this.#changed.promise;
        clearTimeout(timer);
      }
    } finally {
      options.signal.removeEventListener("abort", wake);
    }
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/**
 * Keeps the unacknowledged messages that MQTT.js repeats after a reconnect. MQTT.js repeats them without the DUP flag.
 * [MQTT-3.3.1-1] requires it, and a gateway recognises a redelivery by it. So this store sets the flag.
 */
class ResendStore extends Store {
  readonly #publishes = new Map<number, IPublishPacket>();
  resent = 0;

  override put(packet: Packet, done: (error?: Error) => void): this {
    if (packet.cmd === "publish" && packet.messageId !== undefined) this.#publishes.set(packet.messageId, packet);
    else if (packet.messageId !== undefined) this.#publishes.delete(packet.messageId);
    return super.put(packet, done);
  }

  override del(packet: Pick<Packet, "messageId">, done: (error?: Error, packet?: Packet) => void): this {
    if (packet.messageId !== undefined) this.#publishes.delete(packet.messageId);
    return super.del(packet, done);
  }

  override createStream(): ReturnType<Store["createStream"]> {
    for (const publish of this.#publishes.values()) {
      publish.dup = true;
      this.resent++;
    }
    return super.createStream();
  }
}

/** CONNACK codes of MQTT 3.1.1 that mean: the next attempt would be refused, too. */
const REFUSALS: ReadonlyMap<number, string> = new Map([
  [1, "it does not speak MQTT 3.1.1"],
  [2, "it does not accept the client id"],
  [4, "wrong username or password"],
  [5, "not authorized"],
]);

function isRefusal(error: Error): error is Error & { code: number } {
  return "code" in error && typeof error.code === "number" && REFUSALS.has(error.code);
}

function refusalFault(error: Error & { code: number }, target: BrokerTarget): Fault {
  const who = target.username === undefined ? "a client without username" : `user ${JSON.stringify(target.username)}`;
  return new Fault({
    code: "unauthorized",
    message: `${target.url} refused ${who}: ${REFUSALS.get(error.code)}`,
    hint: "give --username and --password-file, or set mqtt.allow_anonymous in the gateway's configuration",
    cause: error,
  });
}

/** Errors of OpenSSL and Node about a certificate; they are final, unlike a refused connection. */
function isCertificateError(error: Error): boolean {
  return "code" in error && typeof error.code === "string" && /CERT|ISSUER|LEAF_SIGNATURE/.test(error.code);
}

function certificateFault(error: Error, target: BrokerTarget): Fault {
  return new Fault({
    code: "unreachable",
    // The rest of the text advises programmers of Node.
    message: `${target.url}: ${error.message.split(";", 1)[0]}`,
    hint: "give the authority of the gateway's certificate with --ca, and use a name that is in the certificate",
    cause: error,
  });
}

function unreachableFault(target: BrokerTarget, what: string, cause: Error | undefined): Fault {
  const reason = cause === undefined ? "" : `: ${describe(cause)}`;
  return new Fault({
    code: "unreachable",
    message: `${target.url}: ${what}${reason}`,
    hint: "check that the gateway runs, and that this is the address of its MQTT listener",
    cause,
  });
}

/** For a host with several addresses, Node reports an AggregateError that has no message. */
function describe(error: Error): string {
  return error instanceof AggregateError ? error.errors.map(String).join(", ") : error.message;
}
