// The labelling queue: alerts come from the API in advance, an answer shows the next one at once and is
// sent behind the scenes. What could not be sent is kept in this browser and sent later; U goes back.
import { KeptLabels } from "./kept-labels.js";
import { Outbox, reason } from "./outbox.js";

const root = document.getElementById("queue");
const { person, task, strategy, labellers } = root.dataset;
const labels = root.dataset.labels.split(",");
const AHEAD = 3;
const BATCH = 24;
const LONGEST_S = 86400;

const headers = { "Content-Type": "application/json", "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content };
const kept = new KeptLabels(person, task);
const outbox = new Outbox({ store: kept, send, refused, changed: waits, refusals: [400, 404, 413] });
const parts = new Map();
const queue = [];
const known = new Set(kept.rows().map(({ item }) => item.candid));
let at = 0;
let since = performance.now();
let done = 0;
let exhausted = false;

const place = (name) => root.querySelector(`[data-${name}]`);

function tell(text) {
  place("status").textContent = text;
}

// --- alerts -----------------------------------------------------------------------------------

async function more() {
  const asked = new URLSearchParams({ task, strategy, labellers, count: BATCH });
  const answer = await fetch(`/api/labelling/next?${asked}`);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.message);
  const fresh = body.data.alerts.filter((each) => !known.has(each.candid_text));
  for (const each of fresh) known.add(each.candid_text);
  queue.push(...fresh);
  exhausted = !fresh.length;
}

function part(alert) {
  const key = alert.candid_text;
  if (!parts.has(key)) {
    const url = `/labelling/alert/${encodeURIComponent(alert.objectId)}/${key}`;
    parts.set(key, fetch(url).then((answer) => (answer.ok ? answer.text() : `<p class="fault">This alert cannot be shown.</p>`)));
  }
  return parts.get(key);
}

async function show() {
  if (at >= queue.length && !exhausted) {
    try {
      await outbox.flush();
      await more();
    } catch (error) {
      tell(`No alerts: ${error.message}`);
      return;
    }
  }
  const alert = queue[at];
  for (const button of root.querySelectorAll("button")) button.disabled = !alert;
  place("undo").disabled = at === 0;
  if (!alert) {
    place("alert").replaceChildren();
    tell(done ? `All labelled: ${done} by you just now.` : "Nothing is left to label.");
    return;
  }
  const html = await part(alert);
  if (queue[at] !== alert) return;
  place("alert").innerHTML = html; // our server's own fragment
  for (const button of root.querySelectorAll("[data-label]")) button.setAttribute("aria-pressed", `${button.dataset.label === alert.said}`);
  const why = { second: "a second opinion is wanted", tie_break: "two people disagree" }[alert.reason];
  tell(`${done} labelled${why ? `; ${why}` : ""}${outbox.failures ? `; ${outbox.waiting} not sent yet` : ""}`);
  since = performance.now();
  for (const next of queue.slice(at + 1, at + 1 + AHEAD)) part(next);
}

// --- answers ----------------------------------------------------------------------------------

function say(label) {
  const alert = queue[at];
  if (!alert) return;
  const seconds = Math.min(LONGEST_S, Math.round((performance.now() - since) / 100) / 10);
  if (!alert.said) done += 1;
  alert.said = label;
  outbox.put({ candid: alert.candid_text, label, task, seconds, strategy: alert.strategy, labellers: Number(labellers), night: alert.night });
  at += 1;
  show();
}

function step(by) {
  if (at + by < 0 || (by > 0 && !queue[at])) return;
  at += by;
  show();
}

async function send(items) {
  const body = JSON.stringify({ labels: items });
  const answer = await fetch("/api/labelling/labels", { method: "POST", headers, body, keepalive: true });
  if (!answer.ok) {
    const { message } = await answer.json().catch(() => ({}));
    throw Object.assign(new Error(message ?? answer.statusText), { status: answer.status });
  }
  document.dispatchEvent(new Event("fritz:labelled"));
  return items.map(() => ({ done: true }));
}

let complaint = "";

function refused(item, message) {
  complaint = `Alert ${item.candid} is not labelled ${item.label}: ${message}`;
  waits(0, 0);
}

function waits(waiting, failures, status) {
  place("trouble").textContent = failures ? `Not sent (${reason(status)}): labels are kept here and sent later.` : complaint;
}

// --- keys -------------------------------------------------------------------------------------

root.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.label) say(button.dataset.label);
  else step(button.matches("[data-undo]") ? -1 : 1);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, textarea, dialog")) return;
  const label = labels[Number(event.key) - 1];
  if (label) say(label);
  else if (event.key.toLowerCase() === "u") step(-1);
  else if (event.key === " " && !event.target.closest("button, a")) step(1);
  else return;
  event.preventDefault();
});

addEventListener("online", () => outbox.flush());
outbox.flush();
show();
