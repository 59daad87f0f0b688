/** Times and sizes of the links between regions. */
export const PEER: {
  readonly backoff: { readonly baseMs: number; readonly capMs: number };
  readonly retryMinMs: number;
  readonly welcomeMs: number;
  readonly silentMs: number;
  readonly heartbeatMs: number;
  readonly compareMs: number;
  readonly compareWholeMs: number;
  /** After this time the sender no longer waits until the peer holds a sent batch. */
  readonly unheldMs: number;
  /** When a requested batch has not arrived after this time, another peer is asked for it. */
  readonly wantMs: number;
  readonly creditMaxBytes: number;
  readonly readBytes: number;
  readonly readSeqs: number;
  readonly streamsPerFrame: number;
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
};
