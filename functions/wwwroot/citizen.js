// A requester's dossier looks again by itself while something may still change; without scripts, reloading does the same.
const first = 5_000, slowest = 60_000;
let wait = first;

document.documentElement.classList.add("scripted");
document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) print(); });

const shown = () => document.getElementById("dossier");

async function look() {
  const dossier = shown();
  if (dossier?.dataset.moving !== "true") return;
  try {
    // Nobody is looking: no need to ask.
    if (document.visibilityState === "visible") {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
      if (answer.status === 404) return location.reload();
      const fresh = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("dossier");
      if (fresh && fresh.innerHTML !== dossier.innerHTML) {
        dossier.replaceWith(document.adoptNode(fresh));
        document.getElementById("updated").textContent = fresh.dataset.updated;
        wait = first;
      } else {
        wait = Math.min(slowest, wait * 1.3);
      }
    }
  } catch {
    wait = Math.min(slowest, wait * 2);
  }
  setTimeout(look, wait);
}

setTimeout(look, wait);
