/** What the broker has to tell; the composition turns each into a log line and a metric. */
export interface MqttEvents {
  connected(client: ClientNote): void;
  disconnected(client: ClientNote): void;
  /** A connection or a message was refused; `client` is empty before CONNECT. */
  refused(what: { readonly reason: RefusalReason; readonly client: string; readonly detail: string }): void;
  /** Reading of all sockets was stopped, or goes on. */
  paused(paused: boolean): void;
}

export type ClientNote = { readonly client: string; readonly protocol: number };

export type RefusalReason =
  | "too_many_connections"
  | "bad_connect"
  | "unauthorized"
  | "bad_publish"
  /** By the ACL file. */
  | "not_allowed"
  | "packet_too_large"
  | "protocol"
  /** Not refused as a reading, only as one to retain. */
  | "retained_quota"
  /** More subscriptions or sessions than may be. */
  | "subscriptions"
  /** More QoS 2 exchanges, or wills, than may be open. */
  | "sessions"
  | "broken";
