/**
 * The MQTT packets that the handlers work on.
 *
 * The fields have the names that they have in `mqtt-packet`, so a packet of that parser needs no copy. Another parser
 * only has to make objects of these shapes.
 */

export type Qos = 0 | 1 | 2;

/** A message that a client publishes, or its will. */
export type Publish = {
  readonly topic: string;
  readonly payload: Uint8Array | string;
  readonly qos: Qos;
  /** The session store clears this when there is no room to retain the message. */
  retain: boolean;
  /** A will has none. */
  readonly dup?: boolean | undefined;
  /** Undefined for QoS 0 and for a will. */
  readonly messageId?: number | undefined;
  readonly properties?: PublishProperties | undefined;
  /** Bytes after the fixed header. Undefined if the parser has checked that the packet holds all of its fields. */
  readonly length?: number | undefined;
};

/** A PUBLISH that the broker sends. */
export type PublishPacket = Publish & {
  readonly cmd: "publish";
  readonly payload: Buffer | string;
  readonly dup: boolean;
};

/** MQTT 5, 3.3.2.3. */
export type PublishProperties = {
  readonly payloadFormatIndicator?: boolean;
  /** Seconds. */
  readonly messageExpiryInterval?: number;
  readonly topicAlias?: number;
  readonly responseTopic?: string;
  readonly correlationData?: Uint8Array;
  readonly userProperties?: Readonly<Record<string, string | string[]>>;
  readonly subscriptionIdentifier?: number | number[];
  readonly contentType?: string;
};

export type Will = {
  readonly topic: string;
  readonly payload: Uint8Array | string;
  readonly qos?: Qos;
  readonly retain?: boolean;
  readonly properties?: object;
};

/** A CONNECT. */
export type ConnectRequest = {
  readonly clientId: string;
  readonly protocolVersion?: number | undefined;
  readonly clean?: boolean | undefined;
  /** Seconds; 0: none. */
  readonly keepalive?: number | undefined;
  readonly username?: string | null | undefined;
  readonly will?: Will | null | undefined;
  readonly properties?:
    | { readonly maximumPacketSize?: number; readonly requestProblemInformation?: boolean }
    | undefined;
};

/** One filter of a SUBSCRIBE. */
export type FilterRequest = {
  readonly topic: string;
  readonly qos: Qos;
  /** No Local, Retain As Published, Retain Handling: MQTT 5, 3.8.3.1. */
  readonly nl?: boolean;
  readonly rap?: boolean;
  readonly rh?: number;
};

export type SubscribeRequest = {
  readonly messageId?: number | undefined;
  readonly subscriptions: readonly FilterRequest[];
};

/** A packet that came from a client, with the fields that the broker looks at before the packet is handled. */
export type ReceivedPacket =
  | ({ readonly cmd: "subscribe" } & SubscribeRequest)
  | { readonly cmd: "unsubscribe"; readonly unsubscriptions: readonly string[] }
  | { readonly cmd: "pubrel"; readonly messageId?: number | undefined }
  | {
      readonly cmd:
        | "auth"
        | "connack"
        | "connect"
        | "disconnect"
        | "pingreq"
        | "pingresp"
        | "puback"
        | "pubcomp"
        | "publish"
        | "pubrec"
        | "suback"
        | "unsuback";
    };

/** A packet that the broker itself writes to a client. */
export type SentPacket =
  | PublishPacket
  | { readonly cmd: "connack"; readonly sessionPresent: boolean; readonly reasonCode: number }
  | { readonly cmd: "connack"; readonly sessionPresent: boolean; readonly returnCode: number }
  | { readonly cmd: "disconnect"; readonly reasonCode: number }
  | {
      readonly cmd: "puback" | "pubrec";
      readonly messageId: number;
      readonly reasonCode: number;
      readonly properties?: { readonly reasonString: string };
    }
  | { readonly cmd: "pubrel"; readonly messageId: number }
  | { readonly cmd: "suback"; readonly messageId: number; readonly granted: number[] };
