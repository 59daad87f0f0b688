import { expect, test } from "vitest";
import { nearestWord } from "../../../../proto/runtime/options/nearest-word.ts";

test.each([
  ["max_sise", "max_size"],
  ["max_szie", "max_size"],
  ["Max_size", "max_size"],
  ["lo", undefined],
  ["lgo", undefined],
  ["lg", undefined],
  ["logg", "log"],
  ["colour", undefined],
  ["", undefined],
])("for the word %j it is %j", (word, nearest) => {
  expect(nearestWord(word, ["max_size", "log", "keep"])).toBe(nearest);
});

test("without accepted words there is no suggestion", () => {
  expect(nearestWord("log", [])).toBeUndefined();
});
