import { expect, test } from "vitest";
import { columnsOf, labelled, wrapText } from "../../../deploy/terminal/terminal-text.ts";

test("text breaks at spaces, and a long word stays whole", () => {
  expect(wrapText("one two three", 8)).toEqual(["one two", "three"]);
  expect(wrapText("a http://127.0.0.1:8080/v1/records b", 10)).toEqual(["a", "http://127.0.0.1:8080/v1/records", "b"]);
});

test("a label has its text beside it, and above it where the terminal is narrow", () => {
  const text = "The home region stops answering and keeps every connection open.";
  expect(labelled("frozen", text, { labelWidth: 8, width: 50 })).toEqual([
    "frozen    The home region stops answering and",
    "          keeps every connection open.",
  ]);
  expect(labelled("frozen", text, { labelWidth: 20, width: 50 })).toEqual([
    "frozen",
    "  The home region stops answering and keeps every",
    "  connection open.",
  ]);
  expect(labelled("frozen", text, { labelWidth: 8, width: Infinity })).toEqual([`frozen    ${text}`]);
});

test("a stream that is not a terminal has no width", () => {
  expect(columnsOf({})).toBe(Infinity);
  expect(columnsOf({ isTTY: true, columns: 0 })).toBe(Infinity);
  expect(columnsOf({ isTTY: true, columns: 60 })).toBe(60);
});
