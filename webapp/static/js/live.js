// Live: subscribe(topic, fn) calls fn({id, topic, kind, ref}) when something of the topic has changed;
// the topic "mine" is all that the viewer may hear of. What changed is for fn to ask for. One stream per
// page, closed while the page is hidden, resumed from the last that was heard; where no stream gets
// through it is asked for every 20 seconds.
const POLL_MS = 20_000;
const AGAIN_MS = 60_000;
const FIRST_MS = 1000;

const subscribers = new Map();
let source = null;
let heard = document.querySelector("meta[name=live-since]")?.content ?? null;
let polling = null;
let opening = null;

function announce(state) {
  document.documentElement.dataset.live = state;
  document.dispatchEvent(new CustomEvent("fritz:live", { detail: state }));
}

function address(path) {
  const asked = new URLSearchParams({ topics: [...subscribers.keys()].join(",") });
  if (heard) asked.set("since", heard);
  return `${path}?${asked}`;
}

function tell(change) {
  if (change.id && (!heard || change.id > heard)) heard = change.id;
  const named = new Set([change.topic, `source:${change.ref.obj_id}`, "mine"]);
  for (const topic of named) for (const fn of subscribers.get(topic) ?? []) fn(change);
}

async function poll() {
  const response = await fetch(address("/live/recent")).catch(() => null);
  if (response?.status === 401) {
    close();
    announce("signed out");
    return;
  }
  if (!response?.ok) return;
  const { changes, next } = await response.json();
  changes.forEach(tell);
  heard = next;
}

function fallBack() {
  announce("polling");
  if (polling) return;
  poll();
  polling = setInterval(poll, POLL_MS);
  opening = setTimeout(open, AGAIN_MS);
}

function open() {
  clearTimeout(opening);
  source?.close();
  source = null;
  if (document.hidden || !subscribers.size) return;
  source = new EventSource(address("/live"));
  source.onopen = () => {
    clearInterval(polling);
    polling = null;
    announce("live");
  };
  source.onmessage = ({ data }) => tell(JSON.parse(data));
  source.onerror = () => (source?.readyState === EventSource.CLOSED ? fallBack() : announce("connecting"));
}

function close() {
  clearTimeout(opening);
  clearInterval(polling);
  source?.close();
  source = polling = null;
}

document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
addEventListener("pagehide", close);

// Returns a function that ends the subscription.
export function subscribe(topic, fn) {
  if (!subscribers.has(topic)) subscribers.set(topic, new Set());
  subscribers.get(topic).add(fn);
  clearTimeout(opening);
  // Subscriptions of one turn share a stream; the first one lets the page come to rest before.
  opening = setTimeout(open, performance.now() < FIRST_MS ? FIRST_MS : 50);
  return () => {
    subscribers.get(topic)?.delete(fn);
    if (!subscribers.get(topic)?.size) subscribers.delete(topic);
  };
}
