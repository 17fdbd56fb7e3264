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

// The same in words, for whoever chooses keys.
export const COMMANDS = {
  next: "next candidate",
  previous: "previous candidate",
  save: "save to the default group",
  reject: "reject",
  skip: "skip",
  undo: "undo",
  classify: "classify",
  tag: "put on a list",
  note: "comment",
  followup: "put on the follow-up list",
  open: "open the object",
  archive: "its alerts",
  flux: "magnitude or flux",
  fold: "fold at the best period",
  stretch: "next stretch",
  invert: "invert stamps",
  blink: "blink new and reference",
  grid: "grid",
  filter: "what to scan",
  help: "list of keys",
  details: "to the details",
};

const NAMES = { " ": "space", ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→", Z: "⇧Z" };

const SHIFTED = /^Digit([1-9])$/;

// Returns {command, group, several}: `group` is the number of a digit, from 1.
export function commandOf(event, remapped = {}) {
  if (event.ctrlKey || event.altKey || event.metaKey) return null;
  const digit = SHIFTED.exec(event.code ?? "")?.[1];
  if (digit) return { command: event.shiftKey ? "mark" : "saveTo", group: Number(digit) };
  const key = event.key.length === 1 && event.key !== "Z" ? event.key.toLowerCase() : event.key;
  const command = Object.keys(KEYS).find((each) => keysOf(each, remapped).includes(key));
  return command ? { command } : null;
}

// Returns the keys of a command: the one that was chosen, else the usual ones.
export function keysOf(command, remapped = {}) {
  return remapped[command] ? [remapped[command]] : KEYS[command];
}

// Returns a key as people write it.
export function keyNamed(key) {
  return NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key);
}

// Returns {key, commands} where keys that were chosen would stand for two things, digits for groups
// among them; else null.
export function clash(remapped) {
  const taken = {};
  for (const command of Object.keys(KEYS)) {
    for (const key of keysOf(command, remapped)) {
      if (/^[1-9]$/.test(key)) return { key, commands: ["saveTo", command] };
      if (taken[key]) return { key, commands: [taken[key], command] };
      taken[key] = command;
    }
  }
  return null;
}
