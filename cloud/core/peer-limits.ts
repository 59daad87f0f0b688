/** Times and sizes of the links between regions. */
export const PEER: {
  readonly backoff: { readonly baseMs: number; readonly capMs: number };
  readonly retryMinMs: number;
  readonly welcomeMs: number;
  readonly silentMs: number;
  readonly heartbeatMs: number;
  readonly compareMs: number;
  readonly compareWholeMs: number;
  /** A sent batch that the peer does not hold after this time is not waited for. */
  readonly unheldMs: number;
  /** A wanted batch that did not come within this time is asked of another peer. */
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
