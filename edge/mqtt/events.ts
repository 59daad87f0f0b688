/** What the broker has to tell; the composition turns each into a log line and a metric. */
export interface MqttEvents {
  connected(client: ClientNote): void;
  disconnected(client: ClientNote): void;
  /** A connection or a message was refused; `client` is empty before CONNECT. */
  refused(what: { readonly reason: RefusalReason; readonly client: string; readonly detail: string }): void;
  /** Reading of all sockets was stopped, or goes on. */
  paused(paused: boolean): void;
  /** A client sends more than it may and is read more slowly; told for each time it has to wait. */
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
  /** By the ACL file. */
  | "not_allowed"
  | "packet_too_large"
  /** More than Receive Maximum. */
  | "in_flight"
  | "too_many_subscriptions"
  | "bad_filter"
  | "keep_alive"
  /** It does not read what it is given. */
  | "slow_subscriber"
  /** Its user was taken out of the users file. */
  | "user_removed"
  | "protocol"
  /** Not refused as a reading, only as one to retain. */
  | "retained_quota"
  /** More sessions, QoS 2 exchanges or wills than may be kept. */
  | "sessions"
  | "broken";
