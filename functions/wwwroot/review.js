// The desks of the official and of the clerical officer by the keyboard: F2, F4, F8, J, K; what goes on behind comes back as rows.
import { turn, zoom } from "./review-scan.js";

const byId = (id) => document.getElementById(id);
const behind = () => byId("behind");

/** Where letters are letters. */
const isTyping = (target) => target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button])") || target.isContentEditable;

/** Says what is missing instead of sending, or null when the form may go. */
function missing(form) {
  const compared = form.elements.compared;
  if (compared) return compared.checked ? null : compared;
  if (!form.elements.own) return null;
  const ticked = [...form.querySelectorAll("input[name=reason]")].some((one) => one.checked);
  return ticked || form.elements.own.value.trim() !== "" ? null : form.querySelector("input[name=reason], textarea");
}

function send(form) {
  const button = form.querySelector("button");
  if (!button.disabled) form.requestSubmit(button);
}

function openOrSend(name) {
  const panel = byId(name);
  if (!panel || panel.querySelector("button").disabled) return;
  if (panel.open) return send(panel.querySelector("form"));
  for (const other of document.querySelectorAll("details.decision")) other.open = other === panel;
  panel.querySelector("input:not([type=hidden]), textarea").focus();
  panel.scrollIntoView({ block: "nearest" });
}

for (const form of document.querySelectorAll(".decision form, form.decision")) {
  form.addEventListener("submit", (event) => {
    const first = missing(form);
    const words = form.querySelector(".missing");
    if (words) words.textContent = first ? form.dataset.missing : "";
    // Once: a second press must not decide anything else.
    if (first || form.dataset.sent) {
      event.preventDefault();
      first?.focus();
      return;
    }
    form.dataset.sent = "true";
    document.body.classList.add("sending");
  });
}

function walkQueue(step) {
  const links = [...document.querySelectorAll("[data-queue] tbody .paper a")];
  if (links.length === 0) return;
  const at = links.indexOf(document.activeElement);
  links[Math.min(links.length - 1, Math.max(0, at === -1 ? 0 : at + step))].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const functions = { F2: () => byId("approve") && send(byId("approve")), F4: () => openOrSend("return"), F8: () => openOrSend("refuse") };
  if (functions[event.key]) {
    event.preventDefault();
    // A key held down is one press.
    if (!event.repeat) functions[event.key]();
    return;
  }
  if (event.key === "Escape") {
    const open = event.target.closest("details.decision[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
    return;
  }
  if (isTyping(event.target)) return;
  const walk = (id, step) => (byId(id) ? byId(id).click() : walkQueue(step));
  // By the key's place: a Vietnamese input method makes other letters of J and of R.
  const letters = {
    KeyJ: () => walk("next", 1), KeyK: () => walk("previous", -1), KeyR: turn,
    Digit0: () => zoom("fit"), Numpad0: () => zoom("fit"), Digit1: () => zoom("real"), Numpad1: () => zoom("real"),
    Equal: () => zoom("in"), NumpadAdd: () => zoom("in"), Minus: () => zoom("out"), NumpadSubtract: () => zoom("out"),
  };
  if (!letters[event.code]) return;
  event.preventDefault();
  letters[event.code]();
});

/** New dossiers appear in the queue without losing the row one is at. */
async function renewQueue() {
  const answer = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const at = document.activeElement?.getAttribute("href");
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main");
  byId("main").replaceChildren(...document.adoptNode(fresh).childNodes);
  if (at) [...document.querySelectorAll("a")].find((link) => link.getAttribute("href") === at)?.focus();
}

async function look() {
  if (!document.hidden) {
    try {
      const answer = await fetch(behind().dataset.address, { headers: { Accept: "text/html" } });
      if (answer.status === 401 || answer.redirected) return;
      if (answer.ok) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("behind");
        const isQueue = document.querySelector("[data-queue], .empty") !== null;
        if (isQueue && fresh.dataset.waiting !== behind().dataset.waiting) await renewQueue();
        else {
          // Each part by itself: a live region that is exchanged is not read out.
          for (const part of [".desk-rows", ".behind-count"]) {
            const [old, now] = [behind().querySelector(part), fresh.querySelector(part)];
            if (old.innerHTML !== now.innerHTML) old.replaceChildren(...document.adoptNode(now).childNodes);
          }
          Object.assign(behind().dataset, fresh.dataset);
        }
      }
    } catch {
      // The connection is gone for a moment; the next look tries again.
    }
  }
  setTimeout(look, behind().dataset.behind === "0" ? 8_000 : 1_000);
}

if (behind()) setTimeout(look, behind().dataset.behind === "0" ? 3_000 : 700);
// Read first: arrows and Page Down move the scan, Tab leads to the form.
if (!document.querySelector("[role=alert]:not(:empty)")) byId("scan-pages")?.focus({ preventScroll: true });
