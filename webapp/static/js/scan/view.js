// What the scan page shows of one candidate, and of the queue beside it.
const SURVEYS = [
  ["Legacy", (ra, dec) => `https://www.legacysurvey.org/viewer?ra=${ra}&dec=${dec}&layer=ls-dr10&zoom=15&mark=${ra},${dec}`],
  ["PS1", (ra, dec) => `https://ps1images.stsci.edu/cgi-bin/ps1cutouts?pos=${ra}+${dec}&filter=color`],
  ["SIMBAD", (ra, dec) => `https://simbad.cds.unistra.fr/simbad/sim-coo?Coord=${ra}+${dec}&Radius=10&Radius.unit=arcsec`],
  ["TNS", (ra, dec) => `https://www.wis-tns.org/search?ra=${ra}&decl=${dec}&radius=5&coords_unit=arcsec`],
];
const STRIP_ROWS = 15;

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((each) => each !== null && each !== undefined));
  return made;
}

export function written(value) {
  if (value === null || value === undefined) return "none";
  if (value === true) return "yes";
  if (value === false) return "no";
  if (typeof value === "number" && !Number.isInteger(value)) return String(Number(value.toPrecision(4)));
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export function clock(time) {
  return time.slice(5, 16).replace("T", " ");
}

export function words(state) {
  if (!state) return "—";
  return state.mine ? state.kind : `${state.kind} by ${state.by}`;
}

// What was decided last, by anybody, and stands.
export function stateOf(card) {
  return card.decisions.find((each) => each.stands) ?? null;
}

function titled(title, ...children) {
  return [element("h2", {}, title), ...children];
}

function facts(values, origin, sort) {
  const rows = Object.entries(values).map(([key, value]) => {
    const name = key.replaceAll("_", " ");
    const sorted = sort?.origin === origin && sort?.key === key;
    const label = origin
      ? element("button", { type: "button", "data-sort-origin": origin, "data-sort-key": key, class: sorted ? "sorted" : null, title: "Sort the queue by it" }, name)
      : name;
    return element("div", {}, element("dt", {}, label), element("dd", {}, written(value)));
  });
  return element("dl", { class: "facts" }, ...rows);
}

function score(name, value) {
  const meter = element("meter", { min: 0, max: 1, value, "aria-label": `${name}: ${written(value)}` });
  return element("li", { class: "score" }, element("span", {}, name), meter, element("span", {}, written(value)));
}

function said(rows, line) {
  return element("ul", { class: "said" }, ...rows.map((row) => element("li", {}, ...line(row))));
}

function muted(text) {
  return element("span", { class: "muted" }, text);
}

function scores(card) {
  const rows = card.score === null ? [] : [["real–bogus", card.score]];
  for (const each of card.classes) if (each.ml && each.probability !== null) rows.push([each.what, each.probability]);
  return rows.length ? titled("Scores", element("ul", {}, ...rows.map(([name, value]) => score(name, value)))) : [];
}

function passings(card, sort) {
  return card.passings.flatMap((each) => [
    element("h3", {}, each.filter, " ", element("span", { class: "chip" }, each.group)),
    muted(`${clock(each.passed_at)}${each.times > 1 ? `, ${each.times} times` : ""}`),
    facts(each.values, `${each.group}:${each.filter}`, sort),
  ]);
}

function matches(card) {
  if (!card.matches.length) return [];
  const rows = card.matches.flatMap((each) => [
    element("h3", {}, each.catalog, " ", muted(each.distance_arcsec === null ? "" : `${written(each.distance_arcsec)}″`)),
    facts(each.values),
  ]);
  return titled("Catalogs", ...rows);
}

function history(card) {
  const parts = [];
  const human = card.classes.filter((each) => !each.ml);
  if (human.length) parts.push(...titled("Classified", said(human, (row) => [row.what, " ", muted(`${row.by}, ${clock(row.at)}`)])));
  if (card.saved.length) parts.push(...titled("Saved", said(card.saved, (row) => [row.what, " ", muted(`by ${row.by}, ${clock(row.at)}`)])));
  if (card.decisions.length) {
    const line = (row) => [row.stands ? row.kind : element("s", {}, row.kind), " ", muted(`${row.by}, ${clock(row.at)}${row.reason ? `: ${row.reason}` : ""}`)];
    parts.push(...titled("Decided", said(card.decisions, line)));
  }
  if (card.comments.length) parts.push(...titled("Comments", said(card.comments, (row) => [row.what, " ", muted(`${row.by}, ${clock(row.at)}`)])));
  return parts;
}

// Says that a known asteroid or comet was there, which is what was seen most likely.
function movingBody({ name, distance_arcsec, mag }, url) {
  const link = element("a", { href: url.replace("BODY", encodeURIComponent(name)), target: "_blank", rel: "noopener" }, name);
  const expected = mag === null ? "" : `, expected at ${mag.toFixed(1)} mag`;
  return element("p", { class: "moving" }, "Moving: known body ", link, ` is ${written(distance_arcsec)}″ away${expected}`);
}

export function side(card, setup, sort) {
  const latest = { magnitude: card.mag === null ? null : `${card.band} ${card.mag.toFixed(2)}`, observed: clock(card.observed_at), "galactic latitude": `${card.galactic_latitude}°` };
  if (card.redshift !== null) latest.redshift = card.redshift;
  const moving = card.moving ? [movingBody(card.moving, setup.body_url)] : [];
  const groups = setup.groups.map((group, n) => element("div", {}, element("dt", {}, element("kbd", {}, String(n + 1))), element("dd", {}, group.name)));
  return [
    ...moving,
    ...titled("Why it passed", ...passings(card, sort)),
    ...scores(card),
    ...(card.annotations.length ? titled("Annotations", ...card.annotations.flatMap((each) => [element("h3", {}, each.origin), facts(each.values, each.origin, sort)])) : []),
    ...matches(card),
    ...titled("Latest alert", facts(latest)),
    ...history(card),
    ...titled("Save to", element("dl", { class: "facts" }, ...groups)),
  ];
}

export function curve(card, options) {
  const drawn = element("light-curve", { "data-axis": "mjd", "data-space": options.flux ? "flux" : null, "data-fold": options.fold, role: "img", "aria-label": `Light curve of ${card.id}: ${card.summary}` });
  const data = element("script", { type: "application/json" });
  data.textContent = JSON.stringify(card.plot);
  drawn.append(data);
  return [drawn, element("figcaption", {}, card.summary)];
}

export function surveys(card) {
  return SURVEYS.map(([name, url]) => element("li", {}, element("a", { href: url(card.ra.toFixed(6), card.dec.toFixed(6)), target: "_blank", rel: "noopener noreferrer" }, name)));
}

export function chips(card) {
  const groups = [...new Set(card.passings.map((each) => each.group))];
  const moving = card.moving ? [element("span", { class: "chip moving-chip" }, `moving: ${card.moving.name}`)] : [];
  return [...moving, ...groups.map((name) => element("span", { class: "chip" }, name))];
}

function stripRow(row, stripUrl) {
  const image = row.candid ? element("img", { class: "thumb", src: stripUrl.replace("CANDID", row.candid), alt: "", loading: "lazy", decoding: "async" }) : element("span", { class: "thumb" });
  return element("li", { "data-row": row.id }, element("button", { type: "button" }, image, element("span", {}, row.id), element("span")));
}

// Shows the rows of the queue around a place; the strip never holds more than a screenful, and rows
// that stay are left where they are.
export function filmstrip(list, queue, stripUrl) {
  const first = Math.max(0, Math.min(queue.index - 3, queue.total - STRIP_ROWS));
  const standing = new Map([...list.children].map((row) => [row.dataset.row, row]));
  const rows = [];
  for (let index = first; index < Math.min(queue.total, first + STRIP_ROWS); index += 1) {
    const row = queue.rows[index];
    if (!row) continue;
    const item = standing.get(row.id) ?? stripRow(row, stripUrl);
    const button = item.firstChild;
    button.dataset.index = index;
    if (index === queue.index) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    button.lastChild.className = row.state ? `is-${row.state.kind}` : "";
    const text = words(row.state);
    if (button.lastChild.textContent !== text) button.lastChild.textContent = text;
    rows.push(item);
  }
  for (const [id, row] of standing) if (!rows.some((item) => item.dataset.row === id)) row.remove();
  rows.forEach((item, n) => list.children[n] === item || list.insertBefore(item, list.children[n] ?? null));
}
