// The command palette: Ctrl-K (or Cmd-K) on every page, or the button [data-palette]. It asks the server
// where a text may lead: objects by ZTF and TNS names, positions in any format, pages.
const ASK_AFTER_MS = 120;

let dialog = null;
let waiting = null;
let asked = null;
let chosen = 0;

function make() {
  dialog = document.createElement("dialog");
  dialog.className = "palette";
  dialog.setAttribute("aria-label", "Go to");
  dialog.innerHTML = `<label class="hidden" for="palette-text">Object, position, page</label>
    <input id="palette-text" type="search" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list" autocomplete="off" spellcheck="false" placeholder="Object, TNS name, position in any format, page">
    <ul id="palette-list" role="listbox" aria-label="Where to"></ul>`;
  document.body.append(dialog);
  const input = dialog.querySelector("input");
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, ASK_AFTER_MS);
  });
  input.addEventListener("keydown", pressed);
  dialog.addEventListener("click", (event) => {
    const item = event.target.closest("li[data-url]");
    if (item) location.assign(item.dataset.url);
    else if (event.target === dialog) dialog.close();
  });
}

function open() {
  if (!dialog) make();
  if (dialog.open) return;
  dialog.showModal();
  dialog.querySelector("input").select();
  ask();
}

async function ask() {
  asked?.abort();
  asked = new AbortController();
  const text = dialog.querySelector("input").value;
  try {
    const answer = await fetch(`/palette?q=${encodeURIComponent(text)}`, { signal: asked.signal });
    show(answer.ok ? await answer.json() : [], answer.ok ? "Nothing by that name." : "Sign in again: the session is over.");
  } catch (error) {
    if (error.name !== "AbortError") show([], "The server does not answer.");
  }
}

function show(entries, otherwise) {
  const items = entries.map(({ label, what, url }, at) => {
    const item = document.createElement("li");
    item.id = `palette-${at}`;
    item.dataset.url = url;
    item.setAttribute("role", "option");
    const kind = document.createElement("span");
    kind.className = "muted";
    kind.textContent = what;
    item.append(label, kind);
    return item;
  });
  if (!items.length) {
    const none = document.createElement("li");
    none.setAttribute("role", "option");
    none.setAttribute("aria-disabled", "true");
    none.className = "muted";
    none.textContent = otherwise;
    items.push(none);
  }
  dialog.querySelector("ul").replaceChildren(...items);
  choose(0);
}

function choose(at) {
  const items = [...dialog.querySelectorAll("li[data-url]")];
  const input = dialog.querySelector("input");
  if (!items.length) return input.removeAttribute("aria-activedescendant");
  chosen = (at + items.length) % items.length;
  items.forEach((item, place) => item.setAttribute("aria-selected", `${place === chosen}`));
  items[chosen].scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", items[chosen].id);
}

function pressed(event) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
  } else if (event.key === "Enter") {
    event.preventDefault();
    dialog.querySelector("li[aria-selected=true]")?.click();
  }
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    open();
  }
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-palette]")) open();
});
