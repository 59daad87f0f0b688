import { commandGate } from "./command-gate.ts";

commandGate({
  name: "format",
  plants: [{ rule: "spacing", files: { "edge/crooked.ts": `export const   x=1\n` }, says: "edge/crooked.ts" }],
});
