/** Times and sizes of the links between regions. */
export const PEER_LIMITS: {
  /** The pause between two attempts to connect. */
  readonly backoff: { readonly baseMs: number; readonly capMs: number };
  /** The shortest pause between two attempts to connect. */
  readonly retryMinMs: number;
  /** How long each side waits for the first frame of a connection. */
  readonly welcomeMs: number;
  /** A link on which nothing arrives for this long ends. */
  readonly silentMs: number;
  /** After this pause an empty frame is sent. */
  readonly heartbeatMs: number;
  /** The pause between two comparisons of the changed sets. */
  readonly compareMs: number;
  /** The pause between two comparisons of all sets. */
  readonly compareWholeMs: number;
  /** After this time the sender no longer waits until the peer holds a sent batch. */
  readonly unheldMs: number;
  /** When a requested batch has not arrived after this time, another peer is asked for it. */
  readonly wantMs: number;
  /** The unacknowledged bytes that a sender allows itself, even if the receiver gives more credit. */
  readonly creditMaxBytes: number;
  /** The bytes and the batches of one read from the store. */
  readonly readBytes: number;
  readonly readSeqs: number;
  /** A longer list of sets is split into several frames. */
  readonly streamsPerFrame: number;
  /** A longer list of connected gateways is split into several frames. */
  readonly livesPerFrame: number;
} = {
  backoff: { baseMs: 200, capMs: 5_000 },
  retryMinMs: 20,
  welcomeMs: 5_000,
  silentMs: 3_000,
  heartbeatMs: 750,
  compareMs: 5_000,
  compareWholeMs: 600_000,
  unheldMs: 10_000,
  wantMs: 10_000,
  creditMaxBytes: 64 * 1024 * 1024,
  readBytes: 1024 * 1024,
  readSeqs: 256,
  streamsPerFrame: 1_000,
  livesPerFrame: 1_000,
};
