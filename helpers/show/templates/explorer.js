// The cluster browser, part 6 of 6: what hands and keys do, and the start.

// ---- pointers -------------------------------------------------------------------------

const pointers = new Map();
let moved = 0;

const placeOf = (event) => [event.offsetX, event.offsetY];

canvas.addEventListener("pointerdown", (event) => {
  if (event.button > 0) return;
  canvas.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, placeOf(event));
  moved = pointers.size > 1 ? Infinity : 0; // a pinch is no click
  state.lasso = pointers.size === 1 && (state.tool === "lasso" || event.shiftKey) ? [placeOf(event)] : null;
});

canvas.addEventListener("pointermove", (event) => {
  const [x, y] = placeOf(event), before = pointers.get(event.pointerId);
  if (!before) return hover(pointAt(x, y));
  const [dx, dy] = [x - before[0], y - before[1]];
  moved += Math.hypot(dx, dy);
  if (state.lasso) state.lasso.push([x, y]);
  else if (pointers.size === 1) moveBy(dx, dy);
  else pinch(event.pointerId, before, [x, y]);
  pointers.set(event.pointerId, [x, y]);
  redraw();
});

function clickOn(i, adds) {
  if (i < 0) return;
  if (adds) toggleSelected(i); else pick(i);
}

function pinch(id, before, now) {
  const [, other] = [...pointers].find(([key]) => key !== id);
  const away = (place) => Math.max(1, Math.hypot(place[0] - other[0], place[1] - other[1]));
  moveBy((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
  zoomAt(away(now) / away(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
}

canvas.addEventListener("pointerup", (event) => {
  if (!pointers.delete(event.pointerId)) return;
  const lasso = state.lasso;
  state.lasso = null;
  if (moved < 5) clickOn(pointAt(...placeOf(event)), event.shiftKey);
  else if (lasso) {
    const rows = [];
    for (let i = 0; i < n; i++) if (passes[i] && isInside(lasso, toScreenX(i), toScreenY(i))) rows.push(i);
    select(rows, event.shiftKey);
  }
  redraw();
});

canvas.addEventListener("pointercancel", (event) => { pointers.delete(event.pointerId); state.lasso = null; redraw(); });
canvas.addEventListener("pointerleave", () => hover(-1));
canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  const pixels = event.deltaY * [1, 16, 400][event.deltaMode];
  zoomAt(Math.exp(-Math.max(-300, Math.min(300, pixels)) / (event.ctrlKey ? 90 : 420)), ...placeOf(event));
  hover(pointAt(...placeOf(event)));
}, { passive: false });

// ---- colours, tools, keys -------------------------------------------------------------

function recolour() {
  readColours();
  renderScale();
  renderFacets();
  renderSelection();
}

function setTool(tool) {
  state.tool = tool;
  for (const each of ["pan", "lasso"]) byId("tool-" + each).setAttribute("aria-pressed", each === tool);
  canvas.dataset.tool = tool;
}

function togglePictures() {
  state.pictures = !state.pictures;
  byId("pictures").setAttribute("aria-pressed", state.pictures);
  redraw();
}

function goTo(i) {
  if (i < 0) return;
  state.cursor = i;
  reveal(i);
  showTip(i);
  say(nameOf(i) + (selected.has(i) ? ", selected" : ""));
  redraw();
}

/** The next shown row of the table in steps of 1 or -1, going round. */
function rowAfter(i, step) {
  for (let k = 1; k <= n; k++) {
    const j = (((i < 0 && step < 0 ? 0 : i) + k * step) % n + n) % n;
    if (passes[j]) return j;
  }
  return -1;
}

const selectShown = () => select(scattered.filter((i) => passes[i]));
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const KEYS = {
  Enter: () => { if (state.cursor >= 0) pick(state.cursor); },
  " ": () => { if (state.cursor >= 0) toggleSelected(state.cursor); },
  PageDown: () => goTo(rowAfter(state.cursor, 1)),
  PageUp: () => goTo(rowAfter(state.cursor, -1)),
  "+": () => zoomAt(1.4), "=": () => zoomAt(1.4), "-": () => zoomAt(1 / 1.4), 0: fit,
  l: () => setTool(state.tool === "lasso" ? "pan" : "lasso"), p: togglePictures, a: selectShown,
  "?": () => byId("help").showModal(),
};

canvas.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const direction = DIRECTIONS[event.key], key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (direction && event.shiftKey) moveBy(-60 * direction[0], -60 * direction[1]);
  else if (direction) goTo(pointBeside(state.cursor, ...direction));
  else if (KEYS[key]) KEYS[key]();
  else return;
  event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || byId("help").open || event.target.matches("input[type=search]")) return;
  state.lasso = null;
  pointers.clear();
  showTip(-1);
  if (selected.size) select([]);
});

function wire() {
  const clicks = {
    "tool-pan": () => setTool("pan"), "tool-lasso": () => setTool("lasso"), pictures: togglePictures,
    "zoom-in": () => zoomAt(1.4), "zoom-out": () => zoomAt(1 / 1.4), fit, unfilter, "select-shown": selectShown,
    clear: () => select([]), export: exportCsv, more: () => { n_sheet += SHEET_STEP; renderSelection(); },
    "help-open": () => byId("help").showModal(), "help-close": () => byId("help").close(),
  };
  for (const [id, act] of Object.entries(clicks)) byId(id).addEventListener("click", act);
  byId("search").addEventListener("input", (event) => { filters.text = event.target.value; filterAndSay(); });
  byId("map-name").append(...maps.map((map, k) => element("option", { value: k }, map.name)));
  byId("map-name").addEventListener("change", (event) => { showMap(maps[event.target.value]); });
  byId("colour").append(...[...categories.filter((column) => column.key !== "off_topic"), ...scores].map((column) => element("option", { value: column.key }, column.title)));
  byId("colour").addEventListener("change", (event) => { state.colour = event.target.value; recolour(); byId("map-name").closest(".side").scrollTop = 0; });
  dark.addEventListener("change", recolour);
}

wire();
if (isNarrow()) byId("filters").open = false; // the map first
recolour();
setTool("pan");
filter();
new ResizeObserver(measure).observe(canvas);
measure();
Promise.all(sheets.map((sheet) => sheet.decode().catch(() => {}))).then(() => requestAnimationFrame(() => {
  draw();
  document.documentElement.dataset.ready = Math.round(performance.now());
}));
