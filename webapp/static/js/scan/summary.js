// The end of a scan: how many were looked at, what became of them, how long each took.
import { element } from "./view.js";

const NAMES = { saved: "saved", rejected: "rejected", skipped: "skipped" };

export function counted(made) {
  const counts = { saved: 0, rejected: 0, skipped: 0 };
  for (const { kind } of made) counts[kind] += 1;
  const spent = made.map((each) => each.spent_ms).filter((ms) => ms > 0).sort((a, b) => a - b);
  return { counts, median_s: spent.length ? spent[Math.floor(spent.length / 2)] / 1000 : null };
}

export function summary(made, rows, sourceUrl) {
  const { counts, median_s } = counted(made);
  const others = rows.filter((row) => row?.state && !row.state.mine).length;
  const facts = [
    ...Object.entries(NAMES).map(([kind, name]) => [name, counts[kind]]),
    ["decided by others", others],
    ["left", rows.filter((row) => row && !row.state).length],
    ["time for each, median", median_s === null ? "—" : `${median_s.toFixed(1)} s`],
  ];
  const saved = [...new Set(made.filter((each) => each.kind === "saved").map((each) => each.obj_id))];
  return [
    element("h2", {}, "The queue is done"),
    element("dl", { class: "facts" }, ...facts.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, String(value))))),
    element("h3", {}, saved.length ? "Saved" : "Nothing was saved"),
    element("ul", {}, ...saved.map((id) => element("li", {}, element("a", { href: sourceUrl.replace("OBJECT", id) }, id)))),
    element("p", { class: "muted" }, "U takes the last decision back, K goes back to the last candidate."),
  ];
}
