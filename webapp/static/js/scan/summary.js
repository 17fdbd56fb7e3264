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

// Returns what to ask the server for a report of what was saved here: to the groups that have it and
// to those whose filters passed it, of the time in which it passed and since the first was saved.
// Null where nothing was saved.
export function reportOf(made, cards, now) {
  const saved = made.filter((each) => each.kind === "saved");
  const names = new Set(saved.map((each) => each.obj_id));
  const passings = cards.filter((card) => names.has(card.id)).flatMap((card) => card.passings);
  if (!passings.length) return null;
  const times = passings.map((each) => each.passed_at).sort((a, b) => Date.parse(a) - Date.parse(b));
  const groups = [...saved.flatMap((each) => each.group_ids), ...passings.map((each) => each.group_id)];
  return {
    group_ids: [...new Set(groups)].sort((a, b) => a - b),
    passed_filters_range: { start_date: times[0], end_date: times.at(-1) },
    saved_candidates_window_hours: (now - Math.min(...saved.map((each) => each.at))) / 3.6e6 + 0.1,
  };
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
    made.length
      ? element(
          "p",
          { class: "line" },
          saved.length ? element("button", { type: "button", class: "button primary", "data-command": "report" }, "Report to the groups") : "",
          element("a", { class: "button", download: "scan.csv", href: `data:text/csv,${encodeURIComponent(report(made))}` }, "Download decisions"),
        )
      : "",
    element("p", { class: "muted" }, "U takes the last decision back, K goes back to the last candidate."),
  ];
}
