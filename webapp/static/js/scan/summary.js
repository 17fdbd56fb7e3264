// The end of a scan: how many were looked at, what became of them, how long each took.
import { element } from "./view.js";

const NAMES = { saved: "saved", rejected: "rejected", skipped: "skipped" };

export function counted(made) {
  const counts = { saved: 0, rejected: 0, skipped: 0 };
  for (const { kind } of made) counts[kind] += 1;
  const spent = made.map((each) => each.spent_ms).filter((ms) => ms > 0).sort((a, b) => a - b);
  return { counts, median_s: spent.length ? spent[Math.floor(spent.length / 2)] / 1000 : null };
}

function cell(value) {
  const text = String(value ?? "");
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// Returns what was decided here as a table for other programs, oldest first.
export function report(made) {
  const rows = made.map(({ obj_id, kind, at, spent_ms, group_ids, reason }) => [obj_id, kind, new Date(at).toISOString(), (spent_ms / 1000).toFixed(1), group_ids.join(" "), reason]);
  return [["objectId", "decision", "at", "seconds", "groups", "reason"], ...rows].map((row) => `${row.map(cell).join(",")}\n`).join("");
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
    made.length ? element("p", {}, element("a", { class: "button", download: "scan.csv", href: `data:text/csv,${encodeURIComponent(report(made))}` }, "Download report")) : "",
    element("p", { class: "muted" }, "U takes the last decision back, K goes back to the last candidate."),
  ];
}
