// The visit as the screen has it, and its way to the server: one request at a time, so that nothing overtakes.
const token = document.querySelector("meta[name=csrf]").content;
const pause = 3_000;

export class Desk {
  #told;
  #chain = Promise.resolve();
  #timer = 0;
  #saving = false;
  #dirty = false;

  constructor(view, told) {
    this.#told = told;
    this.requester = view.requester;
    // Null: as it is stored.
    this.personalId = null;
    this.maskedId = view.personalId;
    this.originals = view.originals;
    this.currentId = view.originals[0].id;
    this.fee = view.fee;
    this.savedAt = view.savedAt;
  }

  get original() { return this.originals.find((one) => one.id === this.currentId) ?? this.originals[0]; }

  get isStored() { return !this.#dirty; }

  choose(id) { if (this.originals.some((one) => one.id === id)) this.currentId = id; }

  add(id) {
    this.originals.push({ id, kind: "", title: "", originalPages: null, fee: "", pages: [] });
    this.currentId = id;
    this.save();
  }

  movePage(pageId, originalId, place) {
    const from = this.originals.find((one) => one.pages.some((page) => page.id === pageId));
    const to = this.originals.find((one) => one.id === originalId);
    if (!from || !to) return;
    const [page] = from.pages.splice(from.pages.findIndex((one) => one.id === pageId), 1);
    to.pages.splice(place, 0, page);
    this.save();
  }

  // --- what is typed and arranged

  saveSoon() {
    this.#dirty = true;
    this.#told.saved("saving");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.saveNow(), 500);
  }

  save() { this.#dirty = true; this.saveNow(); }

  saveNow() {
    clearTimeout(this.#timer);
    if (!this.#dirty || this.#saving) return;
    this.#saving = true;
    this.#queue(async () => {
      while (this.#dirty) {
        this.#dirty = false;
        this.#told.saved("saving");
        const sent = this.personalId;
        const answer = await this.#post("save", {}, this.#form());
        if (answer.lost) {
          this.#dirty = true;
          this.#told.saved("late");
          await new Promise((again) => setTimeout(again, pause));
        } else if (answer.refused) {
          if (answer.status === 409) return this.#told.ended();
          // Still only on this screen, until somebody has done what the sentence says.
          this.#dirty = true;
          this.#told.saved("refused");
          this.#told.refused("", answer.refused, () => this.save(), answer.status === 401);
          break;
        } else {
          if (this.personalId === sent) this.personalId = null;
          this.#take(answer.view);
        }
      }
      this.#saving = false;
    });
  }

  // The window closes or leads elsewhere: what is not stored yet goes at once, past whatever is still waiting, and outlives the page.
  leave() {
    if (!this.#dirty) return;
    clearTimeout(this.#timer);
    this.#post("save", {}, this.#form());
  }

  #form() {
    return JSON.stringify({
      requester: this.requester,
      personalId: this.personalId,
      originals: this.originals.map((one) => ({
        id: one.id, kind: one.kind, title: one.title, originalPages: one.originalPages, pages: one.pages.map(({ id, rotation }) => ({ id, rotation })),
      })),
    });
  }

  // --- pages

  async upload(file, originalId, pageId, number) {
    const answer = await this.#queue(() => this.#post("scan", { original: originalId, scan: pageId, number }, file));
    if (answer.lost) return { lost: true };
    if (answer.refused) return answer.status === 409 ? this.#told.ended() : { sentence: answer.refused };
    const page = answer.view.originals.flatMap((one) => one.pages).find((one) => one.id === pageId);
    const original = this.originals.find((one) => one.id === originalId) ?? this.original;
    if (page && !this.originals.some((one) => one.pages.some((known) => known.id === pageId))) original.pages.push(page);
    this.#take(answer.view);
    return null;
  }

  drop(pageId) {
    for (const one of this.originals) one.pages = one.pages.filter((page) => page.id !== pageId);
    this.#command("drop", { scan: pageId });
  }

  remove(originalId) {
    const at = this.originals.findIndex((one) => one.id === originalId);
    this.originals.splice(at, 1);
    this.currentId = this.originals[Math.min(at, this.originals.length - 1)].id;
    this.#command("remove", { original: originalId });
  }

  #command(handler, query) {
    this.#queue(async () => {
      for (;;) {
        const answer = await this.#post(handler, query);
        if (answer.view) return this.#take(answer.view);
        if (answer.refused) return answer.status === 409 ? this.#told.ended() : this.#told.refused("", answer.refused);
        this.#told.saved("late");
        await new Promise((again) => setTimeout(again, pause));
      }
    });
  }

  async discard() {
    this.#dirty = false;
    const answer = await this.#queue(() => this.#post("discard"));
    if (answer.refused) this.#told.refused("", answer.refused);
    return answer.view;
  }

  // What was typed last goes first; then everything is handed in as it is stored.
  async submit() {
    this.save();
    const answer = await this.#queue(() => this.#post("submit"));
    if (answer.status === 422 && answer.view) return answer.view;
    return answer.view ?? { sentence: answer.refused };
  }

  // --- the way to the server

  #queue(act) {
    const done = this.#chain.then(act);
    this.#chain = done.catch(() => {});
    return done;
  }

  #take(view) {
    this.maskedId = view.personalId;
    this.fee = view.fee;
    this.savedAt = view.savedAt;
    for (const one of view.originals) {
      const mine = this.originals.find((known) => known.id === one.id);
      if (mine) mine.fee = one.fee;
    }
    this.#told.saved(this.#dirty ? "saving" : "saved");
    this.#told.changed();
  }

  async #post(handler, query = {}, body = null) {
    try {
      const answer = await fetch(`?${new URLSearchParams({ handler, ...query })}`, {
        // A small body may outlive its page.
        method: "POST", body, keepalive: typeof body === "string" && body.length < 20_000, headers: { RequestVerificationToken: token, Accept: "application/json", "Content-Type": "application/octet-stream" },
      });
      const json = await answer.json().catch(() => null);
      if (answer.ok) return json ? { view: json } : { lost: true };
      if (answer.status === 422 && json?.sentence) return { status: 422, view: json };
      if (answer.status >= 500) return { lost: true, sentence: json?.title };
      return { status: answer.status, refused: json?.title ?? String(answer.status) };
    } catch {
      return { lost: true };
    }
  }
}
