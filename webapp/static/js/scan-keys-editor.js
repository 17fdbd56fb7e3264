// The keys of the scan page as a person wants them, on their profile: <div data-scan-keys='{…}'>, the
// preference, becomes a form. An empty field means the usual key. Two commands cannot have one key.
import { COMMANDS, KEYS, clash, keyNamed } from "./scan/keys.js";

const place = document.querySelector("[data-scan-keys]");
const form = document.createElement("form");
form.className = "stack";
form.setAttribute("aria-label", "Keys when scanning");
form.innerHTML = `<div class="keys-grid"></div>
  <div class="line"><button type="submit" class="button">Keep</button><button type="button" class="button" data-usual>All as usual</button><span role="status"></span></div>`;
const said = form.querySelector("[role=status]");
const own = JSON.parse(place.dataset.scanKeys);

for (const [command, words] of Object.entries(COMMANDS)) {
  const label = document.createElement("label");
  label.className = "field";
  const input = document.createElement("input");
  Object.assign(input, { name: command, maxLength: 1, value: own[command] ?? "", placeholder: KEYS[command].map(keyNamed).join(" "), autocomplete: "off", spellcheck: false });
  label.append(words, input);
  form.firstElementChild.append(label);
}

function chosen() {
  return Object.fromEntries([...new FormData(form)].map(([command, key]) => [command, key === "Z" ? key : key.toLowerCase() || null]));
}

function say(text, refused = false) {
  said.textContent = text;
  said.className = refused ? "fault" : "saved";
}

form.addEventListener("input", () => { said.textContent = ""; said.className = ""; });

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const keys = chosen();
  const both = clash(keys);
  if (both) {
    form.elements[both.commands.find((each) => keys[each])].focus();
    return say(`${keyNamed(both.key)} would stand for two things: ${both.commands.map((each) => COMMANDS[each] ?? "save to a group").join("; ")}`, true);
  }
  const answer = await fetch("/api/internal/profile", {
    method: "PATCH",
    headers: { "Content-Type": "application/json", "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content },
    body: JSON.stringify({ preferences: { scan_keys: keys } }),
  }).catch(() => null);
  if (answer?.ok) say("kept");
  else say(answer ? (await answer.json()).message : "the server does not answer", true);
});

form.querySelector("[data-usual]").addEventListener("click", () => {
  for (const command of Object.keys(COMMANDS)) form.elements[command].value = "";
  form.requestSubmit();
});

place.replaceChildren(form);
