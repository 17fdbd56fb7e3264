// The labelling queue: alerts come from the API in advance, an answer shows the next one at once and is
// sent behind the scenes. What could not be sent is kept in this browser and sent later; U goes back.
const root = document.getElementById("queue");
const { task, strategy, labellers } = root.dataset;
const labels = root.dataset.labels.split(",");
const KEPT = `fritz-labels-${task}`;
const AHEAD = 3;
const BATCH = 24;
const RETRY_MS = 5000;
const LONGEST_S = 86400;

const headers = { "Content-Type": "application/json", "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content };
const pending = new Map(JSON.parse(localStorage.getItem(KEPT) ?? "[]"));
const parts = new Map();
const queue = [];
const known = new Set(pending.keys());
let at = 0;
let since = performance.now();
let done = 0;
let sending = false;
let exhausted = false;

const place = (name) => root.querySelector(`[data-${name}]`);

function tell(text) {
  place("status").textContent = text;
}

function keep() {
  localStorage.setItem(KEPT, JSON.stringify([...pending]));
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
      await flush();
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
  tell(`${done} labelled${why ? `; ${why}` : ""}${pending.size ? `; ${pending.size} not sent yet` : ""}`);
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
  pending.set(alert.candid_text, { candid: alert.candid_text, label, task, seconds, strategy: alert.strategy, labellers: Number(labellers), night: alert.night });
  keep();
  at += 1;
  flush();
  show();
}

function step(by) {
  if (at + by < 0 || (by > 0 && !queue[at])) return;
  at += by;
  show();
}

async function flush() {
  if (sending || !pending.size) return;
  sending = true;
  const sent = [...pending].slice(0, 100);
  try {
    const body = JSON.stringify({ labels: sent.map(([, each]) => each) });
    const answer = await fetch("/api/labelling/labels", { method: "POST", headers, body, keepalive: true });
    if (answer.status < 500 && answer.status !== 429) settle(sent, answer.ok ? "" : (await answer.json()).message);
    else setTimeout(flush, RETRY_MS);
  } catch {
    place("trouble").textContent = "The network is lost: labels are kept here and sent later.";
    setTimeout(flush, RETRY_MS);
  }
  sending = false;
  if (pending.size && !place("trouble").textContent) flush();
}

// What was answered is not sent again, unless it was changed meanwhile.
function settle(sent, refused) {
  for (const [candid, each] of sent) if (pending.get(candid) === each) pending.delete(candid);
  keep();
  place("trouble").textContent = refused ? `Not kept: ${refused}` : "";
  document.dispatchEvent(new Event("fritz:labelled"));
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

addEventListener("online", flush);
flush();
show();
