// The check of a file that stays on the device: only its SHA-256 (and its earlier revisions') and its code are sent.
import { sha256 } from "./sha256.js";
import { codesIn, earlierLengths } from "./pdf-marks.js";

const form = document.getElementById("file-form");
if (form) {
  document.documentElement.classList.add("scripted");
  const input = document.getElementById("file");
  const drop = form.querySelector(".drop");
  const status = document.getElementById("file-status");
  const result = document.getElementById("result");
  let turn = 0;

  const say = (sentence, file) => { status.textContent = sentence.replace("{file}", file?.name ?? ""); };

  async function compare(file) {
    const mine = ++turn;
    result.replaceChildren();
    if (file.size === 0) return say(form.dataset.empty, file);
    if (file.size > Number(form.dataset.most)) return say(form.dataset.tooLarge, file);
    say(form.dataset.working, file);
    drop.classList.add("working");
    try {
      let bytes;
      try {
        bytes = new Uint8Array(await file.arrayBuffer());
      } catch {
        return say(form.dataset.unreadable, file);
      }
      const question = new FormData();
      question.append("sha256", await sha256(bytes));
      for (const length of earlierLengths(bytes)) question.append("earlier", await sha256(bytes.subarray(0, length)));
      for (const code of codesIn(bytes)) question.append("code", code);
      if (form.elements.asked) question.append("asked", form.elements.asked.value);
      const answer = await fetch("/v/?handler=fingerprint", { method: "POST", body: question });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const verdict = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("verdict");
      if (mine !== turn) return;
      result.replaceChildren(document.adoptNode(verdict));
      say(form.dataset.chosen, file);
      document.title = document.getElementById("verdict-sentence").textContent;
      verdict.scrollIntoView({ block: "start" });
      verdict.focus({ preventScroll: true });
    } catch {
      if (mine === turn) say(form.dataset.failed, file);
    } finally {
      if (mine === turn) drop.classList.remove("working");
    }
  }

  input.addEventListener("change", () => { if (input.files[0]) compare(input.files[0]); });
  for (const kind of ["dragenter", "dragover"]) {
    document.addEventListener(kind, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("over"); });
  document.addEventListener("drop", (event) => {
    drop.classList.remove("over");
    if (!event.dataTransfer?.files.length) return;
    // Anywhere on the page: the browser would else open the file and leave it.
    event.preventDefault();
    input.files = event.dataTransfer.files;
    compare(input.files[0]);
  });
}
