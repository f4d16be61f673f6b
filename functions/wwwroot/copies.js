// The status of a request as it moves: a small question while something changes, the page's own words when it has.
const SHORT = 300;
const LONG = 10_000;
const path = location.pathname;
let since = performance.now();
let step = "";
let isLost = false;

const status = () => document.getElementById("copy-status");

/** Under 0.3 s nothing; then a bar with the step's name; after ten seconds why it takes so long. */
function showMoving() {
  const shown = status();
  const moving = document.getElementById("moving");
  if (isLost) {
    moving.hidden = false;
    document.getElementById("moving-step").textContent = shown.dataset.lost;
    return;
  }
  if (shown.dataset.step !== step) {
    step = shown.dataset.step;
    since = performance.now();
  }
  const spent = performance.now() - since;
  moving.hidden = step === "" || spent < SHORT;
  if (moving.hidden) return;
  const slow = document.getElementById("moving-slow");
  if (slow.hidden && spent >= LONG) {
    slow.textContent = shown.dataset.slow;
    slow.hidden = false;
  }
  const name = document.getElementById("moving-step");
  if (name.textContent !== step) name.textContent = step;
}

async function renew() {
  const answer = await fetch(path, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("copy-status");
  if (!fresh) throw new Error("no status");
  const old = status();
  // A reason half typed is not lost.
  const typing = old.querySelector(".stop[open]");
  if (typing) fresh.querySelector(".stop")?.replaceWith(typing);
  const focused = old === document.activeElement;
  const top = old.scrollTop;
  old.replaceWith(document.adoptNode(fresh));
  fresh.scrollTop = top;
  if (focused) fresh.focus({ preventScroll: true });
}

async function look() {
  let pause = 5_000;
  try {
    if (!document.hidden) {
      const answer = await fetch(`${path}?handler=progress`, { headers: { Accept: "application/json" } });
      if (answer.status === 401 || answer.status === 404) return;
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const progress = await answer.json();
      isLost = false;
      if (progress.mark !== status().dataset.mark) await renew();
      if (!progress.moving && progress.step === null) return;
      if (progress.moving) pause = 700;
    }
  } catch {
    isLost = true;
  }
  setTimeout(look, pause);
}

if (status()) {
  setInterval(showMoving, 150);
  setTimeout(look, status().dataset.moving === "true" ? SHORT : 3_000);
}
