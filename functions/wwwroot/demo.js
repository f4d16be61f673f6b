// While the demo data are being made: the line with the progress, and at the end the sample codes, without touching what is being typed.
const pause = 1500;

async function look() {
  const shown = document.getElementById("demo");
  try {
    const answer = await fetch("/", { headers: { accept: "text/html" } });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("demo");
    if (fresh) shown.replaceWith(document.adoptNode(fresh));
    if (!fresh?.querySelector("progress")) return;
  } catch {
    // The server is busy or gone: asked again.
  }
  setTimeout(look, pause);
}

setTimeout(look, pause);
