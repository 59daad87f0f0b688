import { describe, expect, it } from "vitest";
import { DOCUMENTS, linesMatching, SOURCES } from "./tree.ts";

/** Comments are plain English, and refer to nothing that a reader of the repository cannot open. */
const RULES = [
  {
    rule: "no comment begins with `Of`, which makes an inverted sentence",
    pattern: /(\/\/|\/\*\*?|^\s*\*|^\s*#|^\s*--) Of [a-z]/,
    planted: [
      "  // Of a process that is gone nothing goes on.",
      "/** Of one core. */",
      " * Of two rows the later one.",
    ],
    passes: ["// Offset of the first row", "// The rows of one slot"],
  },
  {
    rule: "no reference to a design document",
    pattern: /\b(the )?design\b[^.]{0,20}\b(section|page|document|says|speaks|is silent|calls)\b/i,
    planted: ["(design, section 4)", "The design says so.", "See the design document.", "The design is silent here"],
    passes: ["takes memory for ever, by design", "the design of the broker"],
  },
] as const;

const FILES = [...SOURCES, ...DOCUMENTS].filter(({ path }) => !path.startsWith("tests/tidy/"));

describe.each(RULES)("$rule", ({ pattern, planted, passes }) => {
  it("in the tree", () => expect(linesMatching(FILES, pattern)).toEqual([]));
  it.each(planted)("notices: %s", (text) => expect(linesMatching([{ path: "x.ts", text }], pattern)).toHaveLength(1));
  it.each(passes)("passes: %s", (text) => expect(linesMatching([{ path: "x.ts", text }], pattern)).toEqual([]));
});
