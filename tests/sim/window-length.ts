/** The one window length of the simulated gateways; short, so that many windows close. */
export const WINDOW_MS = 10_000;
