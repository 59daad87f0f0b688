/** Text for a terminal of any width. If the output is not a terminal, nothing is wrapped, because programs read lines. */

/** Columns of the terminal; Infinity if the stream is not a terminal. */
export function columnsOf(stream: { readonly isTTY?: boolean; readonly columns?: number }): number {
  return stream.isTTY === true && stream.columns !== undefined && stream.columns > 0 ? stream.columns : Infinity;
}

/** Breaks text at spaces into lines of at most `width` characters. A word that is longer stays whole. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/**
 * `label  text`, with the text wrapped beside the label. If there is too little room beside it, the text begins on the next
 * line.
 */
export function labelled(label: string, text: string, options: { labelWidth: number; width: number }): string[] {
  const { labelWidth, width } = options;
  const room = width - labelWidth - GAP.length;
  if (room < ROOM_MIN) return [label, ...wrapText(text, width - GAP.length).map((line) => `${GAP}${line}`)];
  const indent = " ".repeat(labelWidth);
  return wrapText(text, room).map((line, i) => `${i === 0 ? label.padEnd(labelWidth) : indent}${GAP}${line}`.trimEnd());
}

const GAP = "  ";
/** Narrower columns of text are hard to read. */
const ROOM_MIN = 36;
