import type { AuthenticateError, Client } from "aedes";
import type { IConnectPacket } from "mqtt-packet";
import type { MqttLimits } from "../core/mqtt/limits.ts";
import type { Admission } from "./admission.ts";
import type { MqttEvents, RefusalReason } from "./events.ts";
import { connectProblem, type ConnectRefusal } from "./guards.ts";
import type { Peers } from "./peers.ts";
import type { BrokerPersistence } from "./sessions/broker-persistence.ts";
import { REASON, type Reason } from "../core/mqtt/reasons.ts";
import { RETURN_CODE, ToldError } from "./reason-codes.ts";

/** Where a CONNECT is let in or refused. */
export class ConnectHandler {
  readonly #deps: ConnectHandlerDeps;
  readonly #limits: MqttLimits;
  /** By which name each client came in; undefined: by none. Its will may be published when its connection is gone. */
  readonly #users = new WeakMap<Client, string | undefined>();

  constructor(deps: ConnectHandlerDeps, limits: MqttLimits) {
    this.#deps = deps;
    this.#limits = limits;
  }

  userOf(client: Client): string | undefined {
    return this.#users.get(client);
  }

  /** Before anything else of it is looked at. */
  check(client: Client, packet: IConnectPacket, done: (error: Error | null, success: boolean) => void): void {
    const peer = this.#deps.peers.of(client);
    // It left while its CONNECT was parsed.
    if (peer === undefined) return;
    const { connection } = peer;
    connection.version = packet.protocolVersion ?? 4;
    connection.wantsReasons = packet.properties?.requestProblemInformation !== false;
    if (connection.isSurplus) {
      const detail = this.#deps.peers.tooMany(connection.origin.address);
      done(this.#refuse("too_many_connections", client, { detail, reason: REASON.quotaExceeded }), false);
      return;
    }
    const problem = connectProblem(packet, this.#limits);
    const noRoom = problem === undefined ? this.#deps.sessions.willProblem(packet) : undefined;
    if (problem !== undefined) done(this.#refuse("bad_connect", client, problem), false);
    else if (noRoom === undefined) this.#deps.admission.queue(client, () => peer.guarded(() => done(null, true)));
    else done(this.#refuse("sessions", client, { detail: noRoom, reason: REASON.quotaExceeded }), false);
  }

  async authenticate(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    answer: (error: AuthenticateError | null, success: boolean | null) => void,
  ): Promise<void> {
    const peer = this.#deps.peers.of(client);
    if (peer === undefined) return;
    const done: typeof answer = (...all) => peer.guarded(() => answer(...all));
    const refuse = (reason: Reason, detail: string): void => {
      const error = this.#refuse("unauthorized", client, { detail, reason });
      done(Object.assign(error, { returnCode: RETURN_CODE.get(reason) ?? 0 }), false);
    };
    let allowed: boolean;
    try {
      allowed = await this.#deps.authenticate(username, password);
    } catch (error) {
      refuse(REASON.serverUnavailable, `cannot authenticate: ${String(error)}`);
      return;
    }
    if (allowed) {
      this.#users.set(client, username);
      done(null, true);
    } else if (username === undefined) refuse(REASON.notAuthorized, "no user name was given");
    else refuse(REASON.badUserOrPassword, `user ${username} is unknown or has another password`);
  }

  /** Closes the connections of users that are no more; the others stay. */
  closeUsers(isGone: (user: string) => boolean): void {
    for (const client of this.#deps.peers.clients()) {
      const user = this.#users.get(client);
      if (user === undefined || !isGone(user)) continue;
      const detail = `user ${user} was taken out of the users file`;
      client.emit("error", this.#refuse("user_removed", client, { detail, reason: REASON.notAuthorized }));
    }
  }

  /** Tells the refusal and gives aedes an error that is not told a second time. */
  #refuse(kind: RefusalReason, client: Client, { detail, reason }: ConnectRefusal): ToldError {
    this.#deps.events.refused({ reason: kind, client: client.id ?? "", detail });
    return new ToldError(detail, reason);
  }
}

export type ConnectHandlerDeps = {
  readonly events: MqttEvents;
  readonly peers: Peers;
  readonly admission: Admission;
  readonly authenticate: Authenticate;
  readonly sessions: Pick<BrokerPersistence, "willProblem">;
};

/** Whether a client may connect. `undefined` where it gave no name or password. */
export type Authenticate = (username: string | undefined, password: Uint8Array | undefined) => Promise<boolean>;
