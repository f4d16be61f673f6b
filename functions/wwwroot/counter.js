// One visit at the counter. The screen decides ids and order; the server keeps every change at once, one after the other.
import { Desk } from "./counter-desk.js";
import { Paper } from "./counter-paper.js";
import { Camera } from "./counter-camera.js";

const root = document.getElementById("counter");
const at = (id) => document.getElementById(id);
const words = root.dataset;
const desk = new Desk(JSON.parse(words.state), { changed: draw, saved: showSaved, refused: refuse, ended: () => location.reload() });
const paper = new Paper(desk, { draw });

const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const say = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

// --- drawing

function draw() {
  const original = desk.original;
  at("originals").replaceChildren(...desk.originals.map((one, index) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `${say(words.original, { n: index + 1 })} · ${say(words.pages, { n: one.pages.length })}`;
    button.addEventListener("click", () => { desk.choose(one.id); draw(); at("kind").focus(); });
    if (one === original) item.setAttribute("aria-current", "true");
    item.append(button);
    // A page may be dragged onto another original.
    item.addEventListener("dragover", (event) => { if (paper.dragged && one !== original) { event.preventDefault(); item.classList.add("over"); } });
    item.addEventListener("dragleave", () => item.classList.remove("over"));
    item.addEventListener("drop", (event) => { if (paper.dragged) { event.preventDefault(); event.stopPropagation(); desk.movePage(paper.dragged, one.id, one.pages.length); draw(); } });
    return item;
  }));
  at("legend").textContent = say(words.original, { n: desk.originals.indexOf(original) + 1 });
  for (const [id, value] of [["requester", desk.requester], ["kind", original.kind], ["title", original.title], ["pages", original.originalPages ?? ""]]) {
    // Never under somebody's fingers.
    if (at(id) !== document.activeElement || at(id).dataset.of !== original.id) at(id).value = value;
    at(id).dataset.of = original.id;
  }
  at("title").placeholder = original.kind;
  at("pages").placeholder = original.pages.length || "";
  at("fee").textContent = original.fee;
  at("total").textContent = desk.fee;
  at("remove").hidden = desk.originals.length < 2;
  if (at("personalId") !== document.activeElement) at("personalId").value = desk.personalId ?? desk.maskedId;
  paper.draw();
}

function showSaved(state) {
  at("saved").textContent = state === "saving" ? words.saving : state === "late" ? words.unsaved : state === "refused" ? words.notSaved : desk.savedAt ? say(words.saved, { time: desk.savedAt }) : "";
  at("saved").classList.toggle("late", state === "late" || state === "refused");
}

function refuse(name, sentence, again, isSignedOut) {
  const item = document.createElement("li");
  item.dataset.said = `${name}: ${sentence}`;
  // Said once, however often it is tried.
  for (const known of at("refusals").children) if (known.dataset.said === item.dataset.said) known.remove();
  const said = document.createElement("span");
  const file = document.createElement("strong");
  file.textContent = name ? `${name}: ` : "";
  said.append(file, sentence);
  if (isSignedOut) {
    // In another window: what is typed here stays.
    const door = document.createElement("a");
    door.href = "/account/sign-in";
    door.target = "_blank";
    door.textContent = words.signIn;
    said.append(" ", door);
  }
  item.append(said);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "second small";
  button.textContent = again ? words.retry : "✕";
  if (!again) button.setAttribute("aria-label", words.close);
  button.addEventListener("click", () => { item.remove(); again?.(); });
  item.append(button);
  at("refusals").append(item);
}

// --- the form

for (const [id, set] of [
  ["requester", (value) => { desk.requester = value; }],
  ["kind", (value) => { desk.original.kind = value; at("title").placeholder = value; }],
  ["title", (value) => { desk.original.title = value; }],
  ["pages", (value) => { desk.original.originalPages = /^[1-9]\d{0,3}$|^10000$/.test(value.trim()) ? Number(value) : null; }],
]) {
  at(id).addEventListener("input", () => { clear(at(id)); set(at(id).value); desk.saveSoon(); });
}
at("pages").addEventListener("change", () => { at("pages").value = desk.original.originalPages ?? ""; });

// A scanner that types what the card's QR says: number|old number|name|…
function readCard() {
  const parts = at("requester").value.split("|");
  if (parts.length < 3 || !/^\d{12}$/.test(parts[0].trim())) return false;
  desk.personalId = parts[0].trim();
  desk.requester = at("requester").value = parts[2].trim();
  at("personalId").value = desk.personalId;
  desk.saveSoon();
  at("kind").focus();
  return true;
}
at("requester").addEventListener("change", readCard);
at("requester").addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.ctrlKey) { event.preventDefault(); if (!readCard()) at("personalId").focus(); } });

// Once stored it is shown masked; typing replaces the whole number.
at("personalId").addEventListener("focus", () => { if (desk.personalId === null && desk.maskedId) { at("personalId").value = ""; at("personalId").placeholder = desk.maskedId; } });
at("personalId").addEventListener("keydown", (event) => { if (["Delete", "Backspace"].includes(event.key) && at("personalId").value === "" && desk.maskedId) { at("personalId").placeholder = ""; desk.personalId = ""; desk.saveSoon(); } });
at("personalId").addEventListener("input", () => { clear(at("personalId")); desk.personalId = at("personalId").value.replace(/\s/g, ""); desk.saveSoon(); });
at("personalId").addEventListener("blur", () => { at("personalId").placeholder = ""; at("personalId").value = desk.personalId ?? desk.maskedId; });

at("form").addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.tagName === "INPUT" && !event.ctrlKey) event.preventDefault(); });
at("add").addEventListener("click", () => { desk.add(newId()); draw(); at("kind").focus(); });
at("remove").addEventListener("click", async () => {
  const original = desk.original;
  if (await ask(say(words.dropOriginal, { n: desk.originals.indexOf(original) + 1 }))) { desk.remove(original.id); draw(); }
});
at("discard").addEventListener("click", async () => { if (await ask(words.discard)) { const leads = await desk.discard(); if (leads) location.assign(leads.address); } });

function clear(field) {
  field.removeAttribute("aria-invalid");
  at("problem").textContent = "";
}

let submitting = false;
async function submit() {
  if (submitting) return;
  submitting = true;
  at("submit").disabled = true;
  at("problem").textContent = "";
  at("saved").textContent = words.submitting;
  const answer = await desk.submit();
  if (answer?.address) return location.assign(answer.address);
  submitting = false;
  at("submit").disabled = false;
  showSaved(desk.isStored ? "saved" : "refused");
  at("problem").textContent = answer?.sentence ?? words.failed;
  if (answer?.original) { desk.choose(answer.original); draw(); }
  const field = { requester: "requester", personalId: "personalId", title: "kind", scan: "choose" }[answer?.field];
  if (field && field !== "choose") at(field).setAttribute("aria-invalid", "true");
  if (field) at(field).focus();
}
at("form").addEventListener("submit", (event) => { event.preventDefault(); submit(); });

function ask(question) {
  at("question").textContent = question;
  at("ask").returnValue = "no";
  at("ask").showModal();
  return new Promise((done) => at("ask").addEventListener("close", () => done(at("ask").returnValue === "yes"), { once: true }));
}

// --- pages: files, dragging, the camera

function take(files) {
  const original = desk.original.id;
  for (const [index, file] of [...files].entries()) send(file, file.name, original, newId(), index + 1);
}

async function send(file, name, original, scan, number) {
  if (file.size > Number(words.most)) return refuse(name, words.tooLarge);
  paper.busy(scan, say(words.uploading, { file: name }));
  const refused = await desk.upload(file, original, scan, number);
  paper.idle(scan);
  if (!refused) return;
  // Only what never arrived is worth sending again; a refused picture stays refused.
  refuse(name, refused.sentence ?? words.failed, refused.lost ? () => send(file, name, original, scan, number) : null);
}

at("choose").addEventListener("click", () => at("files").click());
at("files").addEventListener("change", () => { take(at("files").files); at("files").value = ""; });
at("shot").addEventListener("change", () => { take(at("shot").files); at("shot").value = ""; });
const camera = new Camera(words, (picture, number) => send(picture, say(words.photo, { n: number }), desk.original.id, newId(), number), () => at("shot").click(), (sentence) => refuse("", sentence));
at("snap").hidden = !camera.isThere;
at("snap").addEventListener("click", () => camera.open());

for (const kind of ["dragenter", "dragover"]) {
  document.addEventListener(kind, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    root.classList.add("dragging");
  });
}
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) root.classList.remove("dragging"); });
document.addEventListener("drop", (event) => {
  root.classList.remove("dragging");
  if (!event.dataTransfer?.files.length) return;
  event.preventDefault();
  take(event.dataTransfer.files);
});

async function dropPage() {
  const page = paper.selected;
  if (!page || !await ask(say(words.dropPage, { n: desk.original.pages.indexOf(page) + 1 }))) return;
  paper.letGo();
  desk.drop(page.id);
  draw();
  paper.focus();
}
const turn = () => { if (paper.selected) { paper.selected.rotation = (paper.selected.rotation + 90) % 360; desk.save(); paper.draw(); } };
at("rotate").addEventListener("click", turn);
at("drop").addEventListener("click", dropPage);
at("up").addEventListener("click", () => paper.shift(-1));
at("down").addEventListener("click", () => paper.shift(1));
at("zoom-in").addEventListener("click", () => paper.zoom(1.25));
at("zoom-out").addEventListener("click", () => paper.zoom(0.8));

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Enter" && event.ctrlKey) { event.preventDefault(); submit(); return; }
  if (event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey) return;
  const keys = {
    r: turn, R: turn, "+": () => paper.zoom(1.25), "=": () => paper.zoom(1.25), "-": () => paper.zoom(0.8), Delete: dropPage,
    ArrowUp: event.altKey ? () => paper.shift(-1) : paper.holdsFocus() ? () => paper.step(-1) : null,
    ArrowDown: event.altKey ? () => paper.shift(1) : paper.holdsFocus() ? () => paper.step(1) : null,
  };
  const act = (!event.altKey || event.key.startsWith("Arrow")) && keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
addEventListener("resize", () => paper.draw());
// Whoever leaves has typed to the end.
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") desk.leave(); });

draw();
showSaved("saved");
