// Dialogs of the scan page: comment, classify, list, what to scan. Each resolves to its form's values.
import * as api from "./api.js";
import { keyNamed, keysOf } from "./keys.js";

export function dialog(root, name) {
  return root.querySelector(`[data-dialog="${name}"]`);
}

// Shows a dialog whose form closes it; resolves to the values, or null where it was cancelled.
export function asked(root, name) {
  const shown = dialog(root, name);
  shown.returnValue = "";
  shown.showModal();
  return new Promise((resolve) => {
    shown.addEventListener(
      "close",
      () => {
        const form = shown.querySelector("form");
        const values = Object.fromEntries(new FormData(form));
        if (shown.returnValue === "done") form.reset();
        resolve(shown.returnValue === "done" ? values : null);
      },
      { once: true },
    );
  });
}

// Shows the keys that the person chose, on buttons and in the list of keys.
export function showKeys(root, remapped) {
  for (const command of Object.keys(remapped).filter((each) => remapped[each])) {
    const [named] = keysOf(command, remapped).map(keyNamed);
    const [listed, ...others] = root.querySelectorAll(`[data-key-of=${command}]`);
    others.forEach((each) => each.remove());
    for (const each of [listed, ...root.querySelectorAll(`button[data-command=${command}] kbd`)]) each.textContent = named;
  }
}

export function wireDialogs(root) {
  root.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
  });
  const form = root.querySelector("[data-filter-form]");
  const part = (name) => form.querySelector(`[data-annotation="${name}"]`);
  const list = form.elements.annotationFilterList;
  for (const [name, value] of Object.entries(first(list.value))) if (part(name)) part(name).value = value;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    list.value = annotationFilter(part);
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
    const name = query.get("profile");
    if (name) await api.keepProfile(name, query.toString()).catch(() => {});
    location.assign(`${form.action}?${query}`);
  });
}

function first(text) {
  try {
    return JSON.parse(`[${text}]`)[0] ?? {};
  } catch {
    return {};
  }
}

function annotationFilter(part) {
  const [origin, key] = [part("origin").value, part("key").value];
  if (!origin || !key) return "";
  const value = part("value").value;
  if (value) return JSON.stringify({ origin, key, value: Number.isNaN(Number(value)) ? value : Number(value) });
  const bounds = ["min", "max"].filter((name) => part(name).value).map((name) => [name, Number(part(name).value)]);
  return bounds.length ? JSON.stringify({ origin, key, ...Object.fromEntries(bounds) }) : "";
}

// Offers what the loaded cards say as origins and keys of annotations.
export function offer(root, cards) {
  const origins = new Set();
  const keys = new Set();
  for (const card of cards) {
    for (const each of card.passings) {
      origins.add(`${each.group}:${each.filter}`);
      Object.keys(each.values).forEach((key) => keys.add(key));
    }
    for (const each of card.annotations) {
      origins.add(each.origin);
      Object.keys(each.values).forEach((key) => keys.add(key));
    }
  }
  const options = (values) => [...values].sort().map((value) => new Option(value, value));
  root.querySelector("#origins").replaceChildren(...options(origins));
  root.querySelector("#keys").replaceChildren(...options(keys));
}
