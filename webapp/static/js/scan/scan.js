// The scan page's loop: a key is pressed, the next candidate is painted, the decision goes to the
// outbox. Nothing on that way waits for the network.
import * as api from "./api.js";
import { Decisions } from "./decisions.js";
import { asked, dialog, offer, showKeys, wireDialogs } from "./dialogs.js";
import { Grid } from "./grid.js";
import { commandOf } from "./keys.js";
import { Queue, SIZE } from "./queue.js";
import { Stamps, paint } from "./stamps.js";
import { subscribe } from "../live.js";
import { reason } from "../outbox.js";
import { STRETCHES } from "../stretch.js";
import { openStores } from "./stores.js";
import { reportOf, summary } from "./summary.js";
import * as view from "./view.js";

const PRESENCE_MS = 2000;
const BLINK_MS = 450;
const TOAST_MS = 4000;

class Scan {
  constructor(root) {
    this.root = root;
    this.setup = JSON.parse(root.querySelector("[data-setup]").textContent);
    this.query = this.setup.query;
    this.place = `fritz-scan-place:${this.setup.person}:${location.search}`;
    this.shown = {};
    this.options = { flux: false, fold: null };
    this.targets = [];
    this.sort = { origin: this.asked("sortByAnnotationOrigin"), key: this.asked("sortByAnnotationKey") };
    this.stamps = new Stamps(root.dataset.stampsUrl, (candid) => candid === this.queue.current?.candid && this.showStamps());
    this.queue = new Queue((page) => this.load(page), () => this.onCards(), (error) => this.say(`More candidates did not load: ${error.message}`));
    this.grid = new Grid(this.find("grid"), root.dataset.stripUrl);
  }

  asked(name) {
    return this.query.find(([key]) => key === name)?.[1] ?? null;
  }

  find(name) {
    return this.root.querySelector(`[data-${name}]`);
  }

  async start() {
    const kept = JSON.parse(sessionStorage.getItem(this.place) ?? localStorage.getItem(this.place) ?? "null");
    this.queryId = kept?.queryId;
    this.decisions = new Decisions(await openStores(this.setup.person), {
      send: api.decide,
      refused: (item, message) => this.refused(item, message),
      changed: (waiting, failures, status) => this.showOutbox(waiting, failures, status),
      schedule: window.fritzOutboxSchedule,
    });
    await this.decisions.restore();
    this.listen();
    await this.queue.fill().catch((error) => this.say(`The queue did not load: ${error.message}`));
    if (kept) await this.resume(kept);
    this.show();
  }

  // Goes back to where the person left, if the list still has it.
  async resume({ index, id }) {
    if (index < this.queue.total) await this.queue.fetch(Math.floor(index / SIZE));
    const found = this.queue.rows[index]?.id === id ? index : this.queue.indexOf(id);
    if (found > 0) this.queue.go(found);
  }

  async load(page) {
    const answer = await api.candidates(this.query, page, SIZE, this.queryId);
    this.queryId = answer.query_id;
    return answer;
  }

  onCards() {
    for (const cards of this.queue.pages.values()) {
      for (const card of cards) {
        const row = this.queue.rows[this.queue.indexOf(card.id)];
        if (row && !row.state) row.state = view.stateOf(card);
      }
    }
    offer(this.root, [...this.queue.pages.values()].flat());
    if (this.shown.id !== this.queue.current?.id) this.show();
    else this.showQueue();
  }

  listen() {
    wireDialogs(this.root);
    showKeys(this.root, this.setup.keys);
    document.addEventListener("keydown", (event) => this.onKey(event));
    this.root.addEventListener("click", (event) => {
      const at = (name) => event.target.closest(`[data-${name}]`)?.getAttribute(`data-${name}`);
      if (at("command")) this.run(at("command"));
      else if (at("index")) this.move(Number(at("index")));
      else if (at("bulk")) this.bulk(at("bulk"));
      else if (at("sort-key")) this.sortBy(at("sort-origin"), at("sort-key"));
      else if (event.target.closest("[data-position]")) this.copy();
    });
    this.find("stretch").addEventListener("change", ({ target }) => this.stretch({ stretch: target.value }));
    this.find("contrast").addEventListener("input", ({ target }) => this.stretch({ contrast: 2 ** target.value }));
    addEventListener("pagehide", () => this.remember());
    addEventListener("online", () => this.queue.fill().catch(() => {}));
    subscribe("mine", (change) => this.onChange(change));
    setInterval(() => document.hidden || this.tellPresence(true), 20_000);
  }

  onKey(event) {
    if (event.target.closest("input, select, textarea") || this.root.querySelector("dialog[open]")) return;
    if (event.target.closest("button, a") && [" ", "Enter"].includes(event.key)) return;
    const found = commandOf(event, this.setup.keys);
    if (!found || event.repeat && !["next", "previous"].includes(found.command)) return;
    event.preventDefault();
    this.run(found.command, found.group);
  }

  run(command, group) {
    const actions = {
      next: () => this.move(this.queue.index + 1),
      previous: () => this.move(this.find("end").hidden ? this.queue.index - 1 : this.queue.index),
      save: () => this.save(this.targets.length ? this.targets : null),
      saveTo: () => this.save([group]),
      mark: () => this.mark(group),
      reject: () => this.decide("rejected"),
      skip: () => this.decide("skipped"),
      undo: () => this.undo(),
      note: () => this.note(),
      classify: () => this.classify(),
      tag: () => this.tag(),
      followup: () => this.put("follow-up"),
      open: () => this.queue.current && window.open(this.root.dataset.sourceUrl.replace("OBJECT", this.queue.current.id), "_blank", "noopener"),
      archive: () => this.queue.current && window.open(`/api/alerts/${this.queue.current.id}`, "_blank", "noopener"),
      flux: () => this.showCurve({ flux: !this.options.flux }),
      fold: () => this.showCurve({ fold: this.options.fold ? null : "best" }),
      stretch: () => this.stretch({ stretch: STRETCHES[(STRETCHES.indexOf(this.stamps.how.stretch) + 1) % STRETCHES.length] }),
      invert: () => this.stretch({ inverted: !this.stamps.how.inverted }),
      blink: () => this.blink(),
      grid: () => this.toggleGrid(),
      filter: () => dialog(this.root, "filter").showModal(),
      help: () => dialog(this.root, "help").showModal(),
      details: () => this.find("side").focus(),
      report: () => this.report(),
    };
    actions[command]?.();
  }

  // --- moving ---------------------------------------------------------------------------------

  move(index) {
    if (index >= this.queue.total && this.queue.total) {
      this.showEnd();
      return;
    }
    if (this.queue.go(index)) this.show();
  }

  show() {
    const card = this.queue.current;
    this.find("end").hidden = true;
    if (!this.grid.open) this.find("stage").hidden = this.find("side").hidden = false;
    if (!card) {
      this.find("name").textContent = this.queue.total || this.queue.loading.size ? "Loading…" : "Nothing to scan";
      this.showQueue();
      return;
    }
    this.shown = { id: card.id, since: performance.now() };
    this.options.fold = null;
    this.find("name").textContent = card.id;
    const position = this.find("position");
    position.hidden = false;
    position.textContent = `${card.ra.toFixed(5)} ${card.dec >= 0 ? "+" : ""}${card.dec.toFixed(5)}`;
    this.find("chips").replaceChildren(...view.chips(card));
    this.find("surveys").replaceChildren(...view.surveys(card));
    this.find("side").replaceChildren(...view.side(card, this.setup, this.sort));
    this.find("side").scrollTop = 0;
    this.stamps.want(card.candid, true);
    this.showStamps();
    this.showCurve({});
    this.showQueue();
    this.queue.near().forEach((each) => this.stamps.want(each.candid));
    this.tellPresence();
  }

  showQueue() {
    const { index, total, rows } = this.queue;
    this.find("place").textContent = total ? `${index + 1} / ${total}` : "";
    this.find("progress").value = total ? rows.filter((row) => row?.state).length / total : 0;
    view.filmstrip(this.find("filmstrip"), this.queue, this.root.dataset.stripUrl);
    const state = rows[index]?.state ?? null;
    const shown = this.find("state");
    shown.className = `state ${state ? `is-${state.kind}` : ""}`;
    shown.textContent = state ? view.words(state) : "";
  }

  showStamps() {
    const card = this.queue.current;
    const found = card && this.stamps.get(card.candid);
    this.find("stamps").querySelectorAll(".stamp").forEach((tile, n) => {
      const canvas = tile.querySelector("canvas");
      const painted = found?.canvases[n];
      tile.toggleAttribute("data-missing", !painted);
      if (!painted) {
        tile.dataset.missing = !card?.candid || found ? "none" : "…";
        return;
      }
      [canvas.width, canvas.height] = [painted.width, painted.height];
      canvas.getContext("2d").drawImage(painted, 0, 0);
      canvas.dataset.of = card.candid;
    });
  }

  showCurve(changed) {
    Object.assign(this.options, changed);
    const card = this.queue.current;
    if (card) this.find("curve").replaceChildren(...view.curve(card, this.options));
  }

  showEnd() {
    if (this.queue.rows.length < this.queue.total) {
      this.queue.fill().catch(this.queue.failed);
      return;
    }
    this.find("stage").hidden = this.find("side").hidden = true;
    const end = this.find("end");
    end.replaceChildren(...summary(this.decidedHere(), this.queue.rows, this.root.dataset.sourceUrl));
    end.hidden = false;
    end.focus();
  }

  decidedHere() {
    return this.decisions.stack.map(({ item }) => item).filter(({ obj_id }) => this.queue.indexOf(obj_id) >= 0);
  }

  // Leaves a report of what was saved here with the groups, and goes there.
  async report() {
    if (this.decisions.outbox.waiting) {
      this.say("Not all decisions have arrived yet; try again in a moment");
      return;
    }
    try {
      const { id } = await api.report(reportOf(this.decidedHere(), [...this.queue.pages.values()].flat(), Date.now()));
      location.assign(`${this.root.dataset.reportsUrl}/${id}`);
    } catch (error) {
      this.say(`No report: ${error.message}`);
    }
  }

  remember() {
    const kept = JSON.stringify({ index: this.queue.index, id: this.queue.current?.id, queryId: this.queryId });
    sessionStorage.setItem(this.place, kept);
    localStorage.setItem(this.place, kept);
  }

  // --- deciding -------------------------------------------------------------------------------

  save(digits) {
    const { groups, default_group: byDefault } = this.setup;
    const chosen = digits ? digits.map((digit) => groups[digit - 1]?.id).filter(Boolean) : [byDefault ?? this.queue.current?.passings.map((each) => each.group_id).find((id) => groups.some((group) => group.id === id))].filter(Boolean);
    this.targets = [];
    if (chosen.length) this.decide("saved", chosen);
    else this.say("No group to save to");
  }

  mark(digit) {
    if (!this.setup.groups[digit - 1]) return;
    this.targets = this.targets.includes(digit) ? this.targets.filter((each) => each !== digit) : [...this.targets, digit];
    this.say(this.targets.length ? `S saves to ${this.targets.map((each) => this.setup.groups[each - 1].name).join(", ")}` : "");
  }

  decide(kind, groupIds = [], card = this.queue.current, stays = false) {
    if (!this.setup.may.decide || !card) return;
    const spentMs = this.shown.id === card.id ? Math.round(performance.now() - this.shown.since) : 0;
    this.decisions.decide(card, kind, { groupIds, spentMs });
    this.state(card.id, { kind, mine: true, stands: true });
    if (stays) return;
    this.say(`${card.id} ${kind} — U to undo`);
    this.move(this.queue.index + 1);
  }

  state(id, state) {
    const row = this.queue.rows[this.queue.indexOf(id)];
    if (row) row.state = state;
  }

  async undo() {
    const undone = await this.decisions.undo();
    if (!undone) {
      this.say("Nothing to undo");
      return;
    }
    this.state(undone.obj_id, null);
    this.say(`undone: ${undone.obj_id}`);
    const index = this.queue.indexOf(undone.obj_id);
    if (index >= 0) this.move(index);
    this.showQueue();
  }

  async refused(item, message) {
    if (item.kind !== "undone") {
      await this.decisions.forget(item.id);
      this.state(item.obj_id, null);
    }
    this.say(`${item.obj_id}: not ${item.kind}, ${message}`);
    this.showQueue();
  }

  bulk(kind) {
    for (const card of this.grid.take()) {
      const group = card.passings.find((each) => this.setup.groups.some(({ id }) => id === each.group_id));
      this.decide(kind, kind === "saved" ? [this.setup.default_group ?? group?.group_id].filter(Boolean) : [], card, true);
    }
    this.showGrid();
  }

  // --- saying ---------------------------------------------------------------------------------

  async note() {
    const card = this.queue.current;
    if (!card || !this.setup.may.comment) return;
    const values = await asked(this.root, "note");
    if (values) this.done(api.comment(card.id, values.text, values.group), card.id, "commented");
  }

  async classify() {
    const card = this.queue.current;
    if (!card || !this.setup.may.classify) return;
    const values = await asked(this.root, "classify");
    if (values?.class) this.done(api.classify(card.id, values.taxonomy, values.class, values.probability, this.query.filter(([name]) => name === "groupIDs").map(([, id]) => Number(id))), card.id, "classified");
  }

  async tag() {
    if (!this.queue.current) return;
    const values = await asked(this.root, "tag");
    if (values) this.put(values.list);
  }

  put(name) {
    const card = this.queue.current;
    if (card) this.done(api.list(card.id, name), card.id, `on the list ${name}`);
  }

  async done(asking, id, what) {
    try {
      await asking;
      this.say(`${id} ${what}`);
      await this.renew(id);
    } catch (error) {
      this.say(`${id}: ${error.message}`);
    }
  }

  // Reads a card anew: somebody, perhaps here, said or decided something.
  async renew(id) {
    const index = this.queue.indexOf(id);
    const page = this.queue.pages.get(Math.floor(index / SIZE));
    if (!page) return;
    const card = await api.card(id);
    page[index % SIZE] = card;
    const row = this.queue.rows[index];
    if (!row.state?.mine || !this.decisions.outbox.waiting) row.state = view.stateOf(card);
    if (this.queue.index === index) this.find("side").replaceChildren(...view.side(card, this.setup, this.sort));
    this.showQueue();
  }

  // Somebody, maybe in another window, decided or said something, or moved.
  async onChange({ kind, ref }) {
    if (kind === "PresenceMoved") {
      if (ref.by !== this.setup.person) this.showOthers(await api.others().catch(() => []));
    } else if (ref.obj_id && this.queue.indexOf(ref.obj_id) >= 0) {
      await this.renew(ref.obj_id).catch(() => {}); // it may have been closed to us meanwhile
    }
  }

  say(text) {
    const toast = this.find("toast");
    toast.textContent = text;
    clearTimeout(this.fading);
    this.fading = setTimeout(() => { toast.textContent = ""; }, TOAST_MS);
  }

  showOutbox(waiting, failures, status) {
    this.find("outbox").textContent = failures ? `${reason(status)}: ${waiting} kept, sent when possible` : waiting ? `sending ${waiting}` : "";
  }

  // --- the rest -------------------------------------------------------------------------------

  stretch(how) {
    this.stamps.change(how);
    this.find("stretch").value = this.stamps.how.stretch;
    this.showStamps();
  }

  blink() {
    const pressed = !this.blinking;
    this.root.querySelector("[data-command=blink]").setAttribute("aria-pressed", String(pressed));
    clearInterval(this.blinking);
    this.blinking = null;
    this.showStamps();
    if (!pressed) return;
    let reference = false;
    this.blinking = setInterval(() => {
      reference = !reference;
      const painted = this.stamps.get(this.queue.current?.candid)?.canvases[reference ? 1 : 0];
      const canvas = this.find("stamps").querySelector("canvas");
      if (painted) canvas.getContext("2d").drawImage(painted, 0, 0);
    }, BLINK_MS);
  }

  toggleGrid() {
    this.grid.open = !this.grid.open;
    this.root.classList.toggle("in-grid", this.grid.open);
    this.find("grid").hidden = !this.grid.open;
    this.find("stage").hidden = this.grid.open;
    this.find("side").hidden = this.grid.open;
    this.root.querySelectorAll("[data-command=grid]").forEach((each) => each.setAttribute("aria-pressed", String(this.grid.open)));
    if (this.grid.open) this.showGrid();
    else this.show();
  }

  showGrid() {
    const page = this.queue.pages.get(Math.floor(this.queue.index / SIZE)) ?? [];
    this.grid.show(page, (card) => this.queue.rows[this.queue.indexOf(card.id)]?.state ?? null);
    this.showQueue();
  }

  sortBy(origin, key) {
    const query = new URLSearchParams(location.search);
    const same = this.sort.origin === origin && this.sort.key === key;
    query.set("sortByAnnotationOrigin", origin);
    query.set("sortByAnnotationKey", key);
    query.set("sortByAnnotationOrder", same && query.get("sortByAnnotationOrder") !== "desc" ? "desc" : "asc");
    location.assign(`?${query}`);
  }

  copy() {
    navigator.clipboard?.writeText(this.find("position").textContent).then(() => this.say("position copied"), () => {});
  }

  tellPresence(again = false) {
    if (this.telling && !again) return;
    this.telling = setTimeout(async () => {
      this.telling = null;
      const others = await api.presence(this.setup.scanned, this.queue.index + 1, this.queue.total).catch(() => null);
      if (others) this.showOthers(others);
    }, again ? 0 : PRESENCE_MS / 4);
  }

  showOthers(others) {
    this.find("others").textContent = others.map((each) => `${each.user} is at ${each.position}/${each.total}`).join(", ");
  }
}

const root = document.querySelector("[data-scan]");
const scan = new Scan(root);
scan.start();
export { scan, paint };
