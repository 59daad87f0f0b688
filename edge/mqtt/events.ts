/** The events that the broker reports. Each is a log line and a metric (`edge/events.ts`). */
export interface MqttEvents {
  connected(client: ClientNote): void;
  disconnected(client: ClientNote): void;
  /** A connection or a message was refused. `client` is empty before CONNECT. */
  refused(what: { readonly reason: RefusalReason; readonly client: string; readonly detail: string }): void;
  /** The broker stopped reading all sockets, or reads them again. */
  paused(paused: boolean): void;
  /** A client sends faster than it may and has to wait. Reported for each wait. */
  slowed?(client: { readonly client: string }): void;
}

export type ClientNote = { readonly client: string; readonly protocol: number };

export type RefusalReason =
  | "too_many_connections"
  /** The handshake or the CONNECT took too long. */
  | "connect_timeout"
  | "bad_connect"
  | "unauthorized"
  | "bad_publish"
  /** The ACL forbids it. */
  | "not_allowed"
  | "packet_too_large"
  /** More than Receive Maximum. */
  | "in_flight"
  | "too_many_subscriptions"
  | "bad_filter"
  | "keep_alive"
  /** The client does not read its messages. */
  | "slow_subscriber"
  /** Its user was removed from the users file. */
  | "user_removed"
  /** The client broke the protocol. */
  | "protocol"
  /** The message is stored as a reading, and not retained. */
  | "retained_quota"
  /** There is no room for another session, QoS 2 exchange or will. */
  | "sessions"
  /** Something threw. */
  | "broken";
