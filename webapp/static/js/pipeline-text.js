// The text of a pipeline: where in it each path stands, and which word is being written. It reads
// what the server reads: JSON, and JavaScript's way of writing it (bare keys, single quotes, comments).
const TOKEN = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[{}[\]:,]|[^\s{}[\]:,"']+/g;
const WORD = /[\w$.-]*$/;

function bare(token) {
  const quoted = /^["']/.test(token);
  return quoted ? token.slice(1, token.length > 1 && token.endsWith(token[0]) ? -1 : undefined) : token;
}

// Returns the offset in the text of every path, e.g. "1.$project.age.$subtract"; as far as it can be read.
export function places(text) {
  const found = new Map();
  const open = []; // {list, path, at, key}
  let [path, expectsKey] = ["", false];
  const below = (name) => (path === "" ? `${name}` : `${path}.${name}`);
  const value = (offset) => {
    const top = open.at(-1);
    if (!top?.list) return;
    path = top.path;
    path = below(top.at);
    top.at += 1;
    found.set(path, offset);
  };
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (/^(?:\s|\/\/|\/\*)/.test(token)) continue;
    const top = open.at(-1);
    if (token === "{" || token === "[") {
      value(index);
      open.push({ list: token === "[", path, at: 0 });
      expectsKey = token === "{";
    } else if (token === "}" || token === "]") {
      open.pop();
      path = open.at(-1)?.path ?? "";
      expectsKey = false;
    } else if (token === ",") {
      path = top?.path ?? "";
      expectsKey = top !== undefined && !top.list;
    } else if (token === ":") {
      expectsKey = false;
    } else if (expectsKey && top) {
      path = top.path;
      path = below(bare(token));
      found.set(path, index);
      expectsKey = false;
    } else {
      value(index);
    }
  }
  return found;
}

// Returns the offset of a path, or of the longest beginning of it that there is; 0 of none.
export function placeOf(text, path) {
  const found = places(text);
  const parts = path.split(".");
  while (parts.length) {
    const at = found.get(parts.join("."));
    if (at !== undefined) return at;
    parts.pop();
  }
  return 0;
}

export function lineOf(text, offset) {
  return text.slice(0, offset).split("\n").length;
}

// Returns the word before the cursor: where it begins, what is to be looked for, and what goes before it
// as it is: a field in an expression begins with a dollar sign, in a condition it does not.
export function wordAt(text, cursor) {
  const [written] = WORD.exec(text.slice(0, cursor));
  const field = /^\$[a-z_][\w]*\./i.test(written) || (written.startsWith("$") && /^\$(?:candidate|prv|fp_|cross|coord|class|prop|obj)/.test(written));
  return { start: cursor - written.length, written, wanted: field ? written.slice(1) : written, prefix: field ? "$" : "" };
}

// Returns the words that fit best: those that begin so, then those that hold it, shorter ones first.
export function suggestions(words, wanted, most = 12) {
  const sought = wanted.toLowerCase();
  if (!sought) return [];
  const ranked = [];
  for (const [text, what] of words) {
    const at = text.toLowerCase().indexOf(sought);
    if (at === -1 || text === wanted) continue;
    const starts = at === 0 ? 0 : text[at - 1] === "." ? 1 : 2;
    ranked.push({ text, what, rank: starts * 1000 + text.length });
  }
  return ranked.sort((one, other) => one.rank - other.rank).slice(0, most);
}
