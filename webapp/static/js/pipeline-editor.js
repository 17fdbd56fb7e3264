// <pipeline-editor>: a text area with line numbers, words to complete from the survey's schema, and what
// the server's checks say of the pipeline, each thing at its line. Without JavaScript it is a text area.
import { lineOf, placeOf, suggestions, wordAt } from "./pipeline-text.js";

const CHECK_AFTER_MS = 350;
const CHECKED_BY = "/api/brokers/1/filter/test";
const PLACES = ["click", "blur", "scroll"];

class PipelineEditor extends HTMLElement {
  connectedCallback() {
    this.area = this.querySelector("textarea");
    this.words = JSON.parse(this.querySelector("script").textContent);
    this.findings = [];
    this.build();
    this.area.addEventListener("input", () => this.changed());
    this.area.addEventListener("keydown", (event) => this.pressed(event));
    this.area.addEventListener("scroll", () => this.scrolled());
    for (const name of PLACES) this.area.addEventListener(name, () => this.close());
    this.area.form.querySelector("[data-dialect]")?.addEventListener("change", () => this.check());
    this.draw();
    this.check();
  }

  build() {
    this.gutter = this.made("div", "gutter");
    this.gutter.setAttribute("aria-hidden", "true");
    const sheet = this.made("div", "sheet");
    this.area.before(sheet);
    sheet.append(this.gutter, this.area);
    this.list = this.made("ul", "completions");
    Object.assign(this.list, { id: "completions", hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Words that fit");
    sheet.append(this.list);
    this.said = this.made("div", "said");
    this.said.setAttribute("role", "status");
    sheet.after(this.said);
    this.area.setAttribute("aria-autocomplete", "list");
    this.area.setAttribute("aria-controls", "completions");
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const item = event.target.closest("li");
      if (item) this.take([...this.list.children].indexOf(item));
    });
  }

  made(name, className) {
    const element = document.createElement(name);
    element.className = className;
    return element;
  }

  // --- line numbers ---------------------------------------------------------------------------

  draw() {
    const count = this.area.value.split("\n").length;
    const marks = new Map(this.findings.map((each) => [each.line, each.severity]));
    this.gutter.replaceChildren(
      ...Array.from({ length: count }, (_, at) => {
        const line = this.made("span", marks.get(at + 1) ?? "");
        line.textContent = `${at + 1}`;
        return line;
      }),
    );
    this.scrolled();
  }

  scrolled() {
    this.gutter.scrollTop = this.area.scrollTop;
  }

  // --- checks ---------------------------------------------------------------------------------

  changed() {
    this.draw();
    this.suggest();
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.check(), CHECK_AFTER_MS);
  }

  async check() {
    this.asked?.abort();
    this.asked = new AbortController();
    const text = this.area.value;
    const dialect = this.area.form.querySelector("[data-dialect]")?.value ?? "kowalski";
    const headers = { "Content-Type": "application/json", "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content };
    const body = JSON.stringify({ action: "validate", pipeline: text, dialect });
    try {
      const answer = await fetch(CHECKED_BY, { method: "POST", headers, body, signal: this.asked.signal });
      const { data } = await answer.json();
      this.findings = (data.findings ?? []).map((each) => ({ ...each, line: lineOf(text, placeOf(text, each.path)), offset: placeOf(text, each.path) }));
      this.tell(answer.ok);
    } catch (error) {
      if (error.name !== "AbortError") this.said.textContent = "Not checked: the server does not answer.";
    }
  }

  tell(answered) {
    this.draw();
    this.area.setAttribute("aria-invalid", `${this.findings.some((each) => each.severity === "error")}`);
    if (!answered) {
      this.said.textContent = "Not checked: too long, or signed out.";
    } else if (!this.findings.length) {
      this.said.textContent = "✓ no findings";
    } else {
      const list = this.made("ul", "findings");
      list.append(...this.findings.map((each) => this.finding(each)));
      this.said.replaceChildren(list);
    }
  }

  finding(each) {
    const item = this.made("li", each.severity);
    const go = this.made("button", "quiet");
    go.type = "button";
    go.textContent = `${each.severity}, line ${each.line}`;
    go.addEventListener("click", () => this.goTo(each.offset));
    item.append(go, ` ${each.message}`);
    for (const near of [each.did_you_mean ?? []].flat()) {
      const fix = this.made("button", "button small");
      fix.type = "button";
      fix.textContent = `Use ${near}`;
      fix.addEventListener("click", () => this.fix(each, near));
      item.append(" ", fix);
    }
    return item;
  }

  goTo(offset) {
    this.area.focus();
    this.area.setSelectionRange(offset, offset);
    const height = this.area.scrollHeight / this.area.value.split("\n").length;
    this.area.scrollTop = (lineOf(this.area.value, offset) - 4) * height;
  }

  // Puts what was meant in the place of what was written: the word that the message names, from the place on.
  fix(finding, meant) {
    const wrong = [...finding.message.matchAll(/[$\w][\w.$]*/g)].map(([word]) => word).sort((one, other) => other.length - one.length);
    for (const word of wrong) {
      const at = this.area.value.indexOf(word, finding.offset);
      if (at === -1 || at > finding.offset + 400) continue;
      this.replace(at, at + word.length, meant.startsWith("$") === word.startsWith("$") ? meant : word.startsWith("$") ? `$${meant}` : meant);
      return;
    }
    this.goTo(finding.offset);
  }

  // --- completion -----------------------------------------------------------------------------

  suggest(asked = false) {
    const { start, wanted, prefix, written } = wordAt(this.area.value, this.area.selectionStart);
    this.word = { start, prefix };
    this.offered = written.length < 2 && !asked ? [] : suggestions(this.words, wanted);
    this.chosen = 0;
    if (this.offered.length) this.show();
    else this.close();
  }

  show() {
    this.list.replaceChildren(
      ...this.offered.map(({ text, what }, at) => {
        const item = document.createElement("li");
        item.id = `completion-${at}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", `${at === this.chosen}`);
        const kind = this.made("span", "muted");
        kind.textContent = what;
        item.append(`${this.word.prefix}${text} `, kind);
        return item;
      }),
    );
    this.list.hidden = false;
    this.area.setAttribute("aria-activedescendant", `completion-${this.chosen}`);
    const before = this.area.value.slice(0, this.word.start).split("\n");
    const style = getComputedStyle(this.area);
    const high = parseFloat(style.lineHeight);
    const wide = parseFloat(style.fontSize) * 0.602;
    this.list.style.top = `${before.length * high + parseFloat(style.paddingTop) - this.area.scrollTop + 2}px`;
    this.list.style.left = `${Math.max(0, this.area.offsetLeft + before.at(-1).length * wide + 8 - this.area.scrollLeft)}px`;
  }

  close() {
    this.list.hidden = true;
    this.area.removeAttribute("aria-activedescendant");
  }

  take(at) {
    const { text } = this.offered[at];
    this.replace(this.word.start, this.area.selectionStart, `${this.word.prefix}${text}`);
    this.close();
  }

  // Puts a text into the area as if it was typed, so that it can be undone.
  replace(start, end, text) {
    this.area.focus();
    this.area.setSelectionRange(start, end);
    if (!document.execCommand("insertText", false, text)) this.area.setRangeText(text, start, end, "end");
    this.changed();
    this.close();
  }

  pressed(event) {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      event.preventDefault();
      this.area.form.querySelector("[data-try]").click();
    } else if (event.ctrlKey && event.code === "Space") {
      event.preventDefault();
      this.suggest(true);
    } else if (!this.list.hidden && this.steers(event.key)) {
      event.preventDefault();
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.replace(this.area.selectionStart, this.area.selectionEnd, `\n${this.indent()}`);
    }
  }

  steers(key) {
    if (key === "Enter" || key === "Tab") this.take(this.chosen);
    else if (key === "Escape") this.close();
    else if (key === "ArrowDown" || key === "ArrowUp") {
      this.chosen = (this.chosen + (key === "ArrowDown" ? 1 : -1) + this.offered.length) % this.offered.length;
      this.show();
    } else return false;
    return true;
  }

  indent() {
    const line = this.area.value.slice(0, this.area.selectionStart).split("\n").at(-1);
    return /^ */.exec(line)[0] + (/[[{]\s*$/.test(line) ? "  " : "");
  }
}

customElements.define("pipeline-editor", PipelineEditor);
