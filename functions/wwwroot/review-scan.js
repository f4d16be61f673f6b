// The scan beside the form: as wide as the pane, or as large as the paper is (1:1), turned when it was laid wrongly.
const PIXELS_PER_MM = 96 / 25.4;
const pages = document.getElementById("scan-pages");
const figures = pages ? [...pages.querySelectorAll("figure")] : [];
const turns = new Map(figures.map((figure) => [figure, Number(figure.dataset.turn)]));
let mode = "fit";
let factor = 1;
let dpi = null;

/** Width of the paper in millimetres as it lies in the file; null where nobody knows. */
function paperWidth(figure) {
  if (figure.dataset.paperWidth) return Number(figure.dataset.paperWidth);
  return dpi ? Number(figure.dataset.width) / dpi * 25.4 : null;
}

function paperHeight(figure) {
  if (figure.dataset.paperHeight) return Number(figure.dataset.paperHeight);
  return dpi ? Number(figure.dataset.height) / dpi * 25.4 : null;
}

function current() {
  const middle = pages.scrollTop + pages.clientHeight / 2;
  return figures.reduce((best, figure) => Math.abs(figure.offsetTop + figure.offsetHeight / 2 - middle) < Math.abs(best.offsetTop + best.offsetHeight / 2 - middle) ? figure : best, figures[0]);
}

function layOut() {
  const room = pages.clientWidth - 20;
  for (const figure of figures) {
    const image = figure.firstElementChild;
    const turn = turns.get(figure);
    const across = turn % 180 !== 0;
    const paper = [paperWidth(figure), paperHeight(figure)];
    let width = Number(figure.dataset.width);
    let height = Number(figure.dataset.height);
    if (mode === "real" && paper[0] !== null) [width, height] = [paper[0] * PIXELS_PER_MM, paper[1] * PIXELS_PER_MM];
    else {
      // Pixels need not be square: the paper's shape counts where it is known.
      if (paper[0] !== null) height = width * paper[1] / paper[0];
      const scale = room / (across ? height : width);
      [width, height] = [width * scale, height * scale];
    }
    [width, height] = [width * factor, height * factor];
    figure.style.width = `${across ? height : width}px`;
    figure.style.height = `${across ? width : height}px`;
    image.style.width = `${width}px`;
    image.style.height = `${height}px`;
    image.style.transform = `translate(-50%, -50%) rotate(${turn}deg)`;
  }
  tell();
}

/** Where one is, and how large it is shown. */
function tell() {
  const figure = current();
  document.getElementById("scan-at").textContent = String(figures.indexOf(figure) + 1);
  const paper = paperWidth(figure);
  const shown = figure.firstElementChild.getBoundingClientRect();
  const width = turns.get(figure) % 180 === 0 ? shown.width : shown.height;
  document.getElementById("scan-scale").textContent = paper === null ? "" : `${Math.round(100 * width / (paper * PIXELS_PER_MM))} %`;
  for (const button of document.querySelectorAll("[data-zoom=fit], [data-zoom=real]")) button.setAttribute("aria-pressed", String(button.dataset.zoom === mode && factor === 1));
  document.getElementById("scan-dpi").hidden = mode !== "real" || figures.every((one) => one.dataset.paperWidth);
}

/** The same place of the paper stays before the eyes. */
function keepPlace(change) {
  const x = (pages.scrollLeft + pages.clientWidth / 2) / pages.scrollWidth;
  const y = (pages.scrollTop + pages.clientHeight / 2) / pages.scrollHeight;
  const atTop = pages.scrollTop === 0;
  change();
  layOut();
  pages.scrollLeft = x * pages.scrollWidth - pages.clientWidth / 2;
  pages.scrollTop = atTop ? 0 : y * pages.scrollHeight - pages.clientHeight / 2;
}

export function zoom(how) {
  if (!pages) return;
  keepPlace(() => {
    if (how === "fit" || how === "real") [mode, factor] = [how, 1];
    else factor = Math.min(8, Math.max(0.25, factor * (how === "in" ? 1.25 : 0.8)));
  });
}

export function turn() {
  if (!pages) return;
  const figure = current();
  turns.set(figure, (turns.get(figure) + 90) % 360);
  layOut();
}

if (pages) {
  pages.classList.add("laid-out");
  for (const button of document.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => zoom(button.dataset.zoom));
  document.querySelector("[data-turn]").addEventListener("click", turn);
  for (const button of document.querySelectorAll("[data-dpi]")) {
    button.addEventListener("click", () => {
      dpi = Number(button.dataset.dpi);
      for (const other of document.querySelectorAll("[data-dpi]")) other.setAttribute("aria-pressed", String(other === button));
      zoom("real");
    });
  }
  pages.addEventListener("scroll", tell, { passive: true });
  new ResizeObserver(layOut).observe(pages);
  layOut();
  // The next dossier's pictures, once this one's are there: it then opens from the browser's own store.
  const ahead = () => {
    for (const address of document.getElementById("scan").dataset.next.split(" ").filter(Boolean)) new Image().src = address;
  };
  if (document.readyState === "complete") ahead();
  else window.addEventListener("load", ahead);
}
