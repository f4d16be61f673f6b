// The pages of the chosen original: small ones to choose and arrange, one large to read.
const at = (id) => document.getElementById(id);

export class Paper {
  #desk;
  #told;
  #selectedId = null;
  #zoom = 1;
  #thumbs = new Map();
  #busy = new Map();
  dragged = null;

  constructor(desk, told) {
    this.#desk = desk;
    this.#told = told;
  }

  get selected() {
    const pages = this.#desk.original.pages;
    return pages.find((page) => page.id === this.#selectedId) ?? pages[0] ?? null;
  }

  holdsFocus() { return at("thumbs").contains(document.activeElement); }

  focus() { at("thumbs").querySelector("[aria-current] button")?.focus(); }

  select(page) {
    this.#selectedId = page.id;
    this.#zoom = 1;
    this.draw();
  }

  step(by) {
    const pages = this.#desk.original.pages;
    const next = pages[pages.indexOf(this.selected) + by];
    if (!next) return;
    this.select(next);
    this.focus();
  }

  // Before the selected page is dropped: the one that takes its place.
  letGo() {
    const pages = this.#desk.original.pages;
    const at = pages.indexOf(this.selected);
    this.#selectedId = (pages[at + 1] ?? pages[at - 1])?.id ?? null;
  }

  shift(by) {
    const original = this.#desk.original;
    const page = this.selected;
    const to = original.pages.indexOf(page) + by;
    if (!page || to < 0 || to >= original.pages.length) return;
    const held = this.holdsFocus();
    this.#selectedId = page.id;
    this.#desk.movePage(page.id, original.id, to);
    this.draw();
    if (held) this.focus();
  }

  zoom(factor) {
    this.#zoom = Math.min(8, Math.max(0.25, this.#zoom * factor));
    this.#drawSheet();
  }

  busy(id, words) {
    const item = document.createElement("li");
    item.className = "busy";
    item.textContent = words;
    this.#busy.set(id, item);
    this.draw();
    item.scrollIntoView({ block: "nearest" });
  }

  idle(id) {
    this.#busy.get(id)?.remove();
    this.#busy.delete(id);
    if (this.#desk.original.pages.some((page) => page.id === id)) this.#selectedId = id;
    this.#told.draw();
  }

  draw() {
    const pages = this.#desk.original.pages;
    const selected = this.selected;
    at("thumbs").replaceChildren(...pages.map((page, index) => this.#thumb(page, index, page === selected)), ...this.#busy.values());
    at("thumbs").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    for (const id of ["rotate", "drop", "zoom-in", "zoom-out"]) at(id).disabled = !selected;
    at("up").disabled = !selected || pages.indexOf(selected) === 0;
    at("down").disabled = !selected || pages.indexOf(selected) === pages.length - 1;
    this.#drawSheet();
  }

  // Kept from one drawing to the next: a picture is asked for once, and the focus stays where it is.
  #thumb(page, index, isSelected) {
    let item = this.#thumbs.get(page.id);
    if (!item) {
      item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      const box = document.createElement("span");
      box.className = "box";
      const image = document.createElement("img");
      image.src = page.address;
      image.alt = "";
      image.draggable = false;
      const label = document.createElement("span");
      box.append(image);
      button.append(box, label);
      button.addEventListener("click", () => this.select(page));
      item.append(button);
      item.draggable = true;
      item.addEventListener("dragstart", (event) => { this.dragged = page.id; event.dataTransfer.setData("text/plain", page.id); event.dataTransfer.effectAllowed = "move"; });
      item.addEventListener("dragend", () => { this.dragged = null; item.classList.remove("over"); });
      item.addEventListener("dragover", (event) => { if (this.dragged && this.dragged !== page.id) { event.preventDefault(); item.classList.add("over"); } });
      item.addEventListener("dragleave", () => item.classList.remove("over"));
      item.addEventListener("drop", (event) => {
        item.classList.remove("over");
        if (!this.dragged) return;
        event.preventDefault();
        event.stopPropagation();
        this.#selectedId = this.dragged;
        const original = this.#desk.original;
        this.#desk.movePage(this.dragged, original.id, original.pages.indexOf(original.pages.find((one) => one.id === page.id)));
        this.draw();
      });
      this.#thumbs.set(page.id, item);
    }
    const held = item.contains(document.activeElement);
    item.querySelector("img").className = page.rotation ? `turn-${page.rotation}` : "";
    item.querySelector("button").lastChild.textContent = at("counter").dataset.page.replace("{n}", index + 1);
    if (isSelected) item.setAttribute("aria-current", "true");
    else item.removeAttribute("aria-current");
    if (held) queueMicrotask(() => item.querySelector("button").focus());
    return item;
  }

  #drawSheet() {
    const page = this.selected;
    at("sheet").hidden = !page;
    at("nothing").hidden = !!page;
    if (!page) return;
    const lies = page.rotation % 180 !== 0;
    const [width, height] = lies ? [page.height, page.width] : [page.width, page.height];
    const room = at("preview");
    const scale = Math.min((room.clientWidth - 16) / width, (room.clientHeight - 16) / height) * this.#zoom;
    const image = at("image");
    if (image.getAttribute("src") !== page.address) image.src = page.address;
    image.alt = at("thumbs").querySelector("[aria-current]")?.textContent ?? "";
    Object.assign(at("sheet").style, { width: `${width * scale}px`, height: `${height * scale}px` });
    Object.assign(image.style, { width: `${page.width * scale}px`, height: `${page.height * scale}px`, transform: `translate(-50%, -50%) rotate(${page.rotation}deg)` });
  }
}
