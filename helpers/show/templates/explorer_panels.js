// The cluster browser, part 4 of 6: the panels beside the map.
// Text from the data goes through `element` alone, which makes text nodes and no markup.

const SHEET_STEP = 60, LIST_STEP = 60, TIP_PX = 104;
const NOTHING_OPEN = "Click a point, or press Enter on one: its picture appears here with its nearest neighbours.";
const byId = (id) => document.getElementById(id);

function element(tag, properties = {}, ...children) {
  const { style = {}, dataset = {}, ...rest } = properties;
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(rest)) {
    if (key in made) made[key] = value; else made.setAttribute(key, value);
  }
  Object.assign(made.style, style);
  Object.assign(made.dataset, dataset);
  made.append(...children);
  return made;
}

const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
/** A text that fits, cut in the middle, where names differ least. */
function cut(text, length) {
  const tail = Math.floor((length - 1) * 0.4);
  return text.length > length ? text.slice(0, length - 1 - tail) + "…" + text.slice(-tail) : text;
}

/** Tell those who cannot see what has changed. */
function say(text) { byId("say").textContent = text; }

const pictureCanvas = (i, size) => sharpCanvas(size, (to) => paintPicture(to, i, 0, 0, size));

function signCanvas(sign) {
  const made = sharpCanvas(16, (to) => drawSign(to, sign, 8, 8, 5.5));
  made.className = "sign";
  return made;
}

/** One line that names a picture: for labels of buttons and for screen readers. */
function nameOf(i) {
  const cluster = wordOf(columnOf.cluster, i);
  return [wordOf(columnOf.image_id, i), cluster === "noise" ? cluster : `cluster ${cluster}`, wordOf(columnOf.label, i)].map((text) => cut(text, 80)).join(", ");
}

function pictureButton(i, size, label) {
  const [colour] = signOf(i);
  return element("button", { type: "button", className: "thumb", "aria-label": label, title: label, style: { borderColor: colour }, onclick: () => pick(i) }, pictureCanvas(i, size));
}

// ---- the picture that is open, and the one under the pointer ---------------------------

/** The sign of a picture, for the column that the colours stand for. */
function signFor(column, i) {
  return column.key === state.colour && column.kind === "category" ? [signCanvas(signOf(i)), " "] : [];
}

function facts(i, columns) {
  const list = element("dl", { className: "facts" });
  for (const column of columns) {
    list.append(element("dt", {}, column.title), element("dd", {}, ...signFor(column, i), element("bdi", {}, wordOf(column, i))));
  }
  return list;
}

function pick(i) {
  state.picked = i;
  if (i >= 0) {
    state.cursor = i;
    reveal(i);
    say(`Open: ${nameOf(i)}. ${count(neighboursOf(i).length, "neighbour")}.`);
  }
  showTip(-1); // it would cover the neighbours that are marked now
  renderPicture();
  if (i >= 0 && panelIsBelow.matches) byId("picture-body").firstChild.scrollIntoView({ block: "nearest", behavior: still.matches ? "auto" : "smooth" });
  redraw();
}

function renderPicture() {
  const i = state.picked, body = byId("picture-body"), hadFocus = body.contains(document.activeElement);
  body.replaceChildren(...(i < 0 ? [element("p", { className: "quiet" }, NOTHING_OPEN)] : openPicture(i)));
  // What was pressed is gone: without this a keyboard would start again from the top.
  if (hadFocus) (body.querySelector("[data-keep]") ?? byId("picture-title")).focus({ preventScroll: true });
}

function openPicture(i) {
  const near = neighboursOf(i);
  const isSame = (j) => columnOf.label.codes[i] === columnOf.label.codes[j];
  const toggle = element("button", { type: "button", "aria-pressed": selected.has(i), dataset: { keep: "" }, onclick: () => toggleSelected(i) }, selected.has(i) ? "Selected" : "Select");
  const close = element("button", { type: "button", onclick: () => { pick(-1); canvas.focus(); } }, "Close");
  return [
    element("div", { className: "open" }, pictureCanvas(i, 132), element("div", { className: "actions" }, toggle, close)),
    element("p", { id: "unshown", className: "quiet", hidden: passes[i] === 1 }, "The filters hide this picture on the map."),
    facts(i, data.columns.filter((column) => column.kind === "text" ? column.key !== "group" : isTold(column) || column.key === "label")),
    element("h3", {}, near.length ? `Nearest ${count(near.length, "neighbour")}, ${near.filter(isSame).length} with its label` : "No neighbours"),
    ...(near.length ? [element("p", { className: "quiet" }, `${similarities ? "Cosine similarity, same" : "Same"} or other label; the frame has the colour of the ${columnOf[state.colour].title.toLowerCase()}.`)] : []),
    element("div", { className: "near" }, ...near.map((j, place) => {
      const cosine = similarityOf(i, j), word = isSame(j) ? "same" : "other"; // never by colour alone
      const name = [`Neighbour ${place + 1}: ${nameOf(j)}`, `${word} label`, ...(cosine ? [`cosine ${cosine}`] : [])].join(", ");
      return element("div", {}, pictureButton(j, 72, name),
        element("p", { className: word }, cosine ? `${cosine} · ${word}` : `${word} label`),
        element("p", {}, element("bdi", {}, wordOf(columnOf.label, j))));
    })),
  ];
}

/** Whether a column tells pictures apart, so that it is worth a line. */
const isTold = (column) => categories.includes(column) || scores.includes(column);

let tipped = -1;

/** Show the small card of a point, or none. */
function showTip(i) {
  const tip = byId("tip");
  tip.hidden = i < 0;
  tipped = i;
  if (i < 0) return;
  const line = (className, ...parts) => element("p", { className }, ...parts);
  const isPlain = (column) => column.key === "off_topic" || wordOf(column, i) === "noise"; // says what it is by itself
  const words = (column) => [...signFor(column, i), isPlain(column) ? "" : column.title + " ", wordOf(column, i)];
  const others = data.columns.filter((column) => isTold(column) && column.key !== "label");
  tip.replaceChildren(pictureCanvas(i, TIP_PX), element("div", {},
    line("strong", ...signFor(columnOf.label, i), element("bdi", {}, wordOf(columnOf.label, i))),
    ...others.map((column) => line("", ...words(column))),
    line("quiet", element("bdi", {}, cut(wordOf(columnOf.image_id, i), 48)))));
  placeTip();
}

/** Put the card beside its point, or above or below it where the map is narrow. */
function placeTip() {
  if (tipped < 0) return;
  const tip = byId("tip"), x = toScreenX(tipped), y = toScreenY(tipped), gap = 18;
  const width = tip.offsetWidth, height = tip.offsetHeight;
  const fits = x + gap + width < view.width ? x + gap : x - gap - width;
  const beside = fits >= 4;
  const top = beside ? Math.min(y - 20, view.height - height - 4) : y > view.height / 2 ? y - gap - height : y + gap;
  tip.style.left = Math.max(4, beside ? fits : Math.min(x - width / 2, view.width - width - 4)) + "px";
  tip.style.top = Math.max(4, top) + "px";
}

const isNarrow = () => innerWidth <= 760;
const panelIsBelow = matchMedia("(max-width: 64rem)"); // as in explorer.css

function hover(i) {
  if (i === state.hover) return;
  state.hover = i;
  canvas.style.cursor = i >= 0 ? "pointer" : "";
  showTip(i);
  redraw();
}

// ---- selection ------------------------------------------------------------------------

let n_sheet = SHEET_STEP;

function select(rows, adds = false) {
  if (!adds) selected.clear();
  for (const i of rows) selected.add(i);
  n_sheet = SHEET_STEP;
  say(`${count(selected.size, "picture")} selected`);
  renderSelection();
}

function toggleSelected(i) {
  if (!selected.delete(i)) selected.add(i);
  say(`${selected.has(i) ? "Selected" : "No longer selected"}: ${nameOf(i)}. ${count(selected.size, "picture")} selected`);
  renderSelection();
}

const selectedRows = () => [...selected].sort((a, b) => a - b);

/** The commonest values of a column among some rows, in words. */
function commonest(column, rows, n_named) {
  const counts = new Map();
  for (const i of rows) counts.set(column.codes[i], (counts.get(column.codes[i]) ?? 0) + 1);
  const ordered = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const first = ordered.slice(0, n_named).map(([code, size]) => `${cut(column.names[code], 40)} (${size.toLocaleString("en")})`);
  return `${column.title}: ${first.join(", ")}${ordered.length > n_named ? ` and ${ordered.length - n_named} more` : ""}`;
}

function renderSelection() {
  const rows = selectedRows(), more = byId("more");
  byId("selection-title").textContent = rows.length ? `Selection: ${count(rows.length, "picture")}` : "Selection";
  byId("selection-words").replaceChildren(...(rows.length
    ? [commonest(columnOf.cluster, rows, 6), element("br"), commonest(columnOf.label, rows, 3)]
    : ["Nothing yet. Draw round points with the lasso, or press Space on one."]));
  byId("export").disabled = byId("clear").disabled = !rows.length;
  byId("sheet").replaceChildren(...rows.slice(0, n_sheet).map((i) => pictureButton(i, 48, nameOf(i))));
  more.hidden = rows.length <= n_sheet;
  more.textContent = `and ${(rows.length - n_sheet).toLocaleString("en")} more`;
  renderPicture(); // its button says whether it is selected
  redraw();
}

function exportCsv() {
  const link = element("a", { href: URL.createObjectURL(new Blob([csvOf(selectedRows())], { type: "text/csv" })), download: "selection.csv" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  say(`${count(selected.size, "row")} exported to selection.csv`);
}
