// Keys of the scan page: which command a key stands for. People may put others in their place: the
// preference `scan_keys` maps commands to keys.
export const KEYS = {
  next: ["j", "ArrowDown", "ArrowRight"],
  previous: ["k", "ArrowUp", "ArrowLeft"],
  save: ["s"],
  reject: ["x"],
  skip: [" "],
  undo: ["u"],
  classify: ["c"],
  tag: ["t"],
  note: ["n"],
  followup: ["f"],
  open: ["o"],
  archive: ["a"],
  flux: ["m"],
  fold: ["p"],
  stretch: ["z"],
  invert: ["Z"],
  blink: ["b"],
  grid: ["g"],
  filter: ["/"],
  help: ["?"],
  details: ["Enter"],
};

const SHIFTED = /^Digit([1-9])$/;

// Returns {command, group, several}: `group` is the number of a digit, from 1.
export function commandOf(event, remapped = {}) {
  if (event.ctrlKey || event.altKey || event.metaKey) return null;
  const digit = SHIFTED.exec(event.code ?? "")?.[1];
  if (digit) return { command: event.shiftKey ? "mark" : "saveTo", group: Number(digit) };
  const key = event.key.length === 1 && event.key !== "Z" ? event.key.toLowerCase() : event.key;
  for (const [command, keys] of Object.entries(KEYS)) {
    const own = remapped[command] ? [remapped[command]] : keys;
    if (own.includes(key)) return { command };
  }
  return null;
}
