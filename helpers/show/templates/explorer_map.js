// The cluster browser, part 3 of 6: the map. It draws `state` and knows where points lie.

const canvas = document.getElementById("map");
const pen = canvas.getContext("2d");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const view = { x: 0.5, y: 0.5, scale: 1, fitted: 1, width: 1, height: 1 };
let currentMap = maps[0];
const xy = Float32Array.from(currentMap.xy); // as drawn: between two maps while one becomes the other
let version = 0; // counts what changes which points are shown, or where
const PICTURE_PX = 40, REACH_PX = 14, TRAVEL_MS = 450;

const screenX = (x) => (x - view.x) * view.scale + view.width / 2;
const screenY = (y) => view.height / 2 - (y - view.y) * view.scale;
const toScreenX = (i) => screenX(xy[2 * i]);
const toScreenY = (i) => screenY(xy[2 * i + 1]);

// ---- pictures in place of points ----------------------------------------------------

/** All rows in an order that has nothing to do with the table's, the same each time. */
const scattered = Array.from({ length: n }, (_, i) => i)
  .map((i) => [Math.imul(i + 1, 2654435761) >>> 0, i]).sort((a, b) => a[0] - b[0]).map(([, i]) => i);
let laid = { key: "", list: [] };

/** Which pictures have room on the map at this zoom; moving the map does not change them. */
function laidOut() {
  const key = view.scale + ":" + version;
  if (laid.key === key) return laid.list;
  const pitch = PICTURE_PX + 3, taken = new Map(), list = [];
  for (let step = 0; step < n; step++) {
    const i = scattered[step];
    if (!passes[i]) continue;
    const x = xy[2 * i] * view.scale, y = -xy[2 * i + 1] * view.scale;
    const column = Math.floor(x / pitch), row = Math.floor(y / pitch);
    let free = true;
    for (let c = column - 1; c <= column + 1 && free; c++) {
      for (let r = row - 1; r <= row + 1 && free; r++) {
        const other = taken.get(c * 1e6 + r);
        free = !other || Math.abs(other[0] - x) >= pitch || Math.abs(other[1] - y) >= pitch;
      }
    }
    if (free) { taken.set(column * 1e6 + row, [x, y]); list.push(i); }
  }
  laid = { key, list };
  return list;
}

// ---- drawing --------------------------------------------------------------------------

let drawing = 0;

function redraw() {
  drawing ||= requestAnimationFrame(() => { drawing = 0; draw(); });
}

const radius = () => Math.max(2.2, Math.min(6, 90 / Math.sqrt(n))) * Math.min(1.8, Math.max(1, (view.scale / view.fitted) ** 0.3));

function draw() {
  pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  pen.clearRect(0, 0, view.width, view.height);
  drawPoints();
  if (state.pictures) for (const i of laidOut()) drawPicture(i);
  if (state.colour === "cluster") drawNumbers();
  if (passes[state.picked]) drawNeighbourLines(state.picked);
  for (const i of new Set([state.picked, state.hover, state.cursor])) if (passes[i]) drawRing(i, i === state.picked ? 3 : 2);
  if (state.lasso) drawLasso();
  placeTip();
}

function drawPoints() {
  const r = Math.round(radius() * 4) / 4;
  const order = [[], [], []]; // filtered out, shown, selected: the last on top
  for (let i = 0; i < n; i++) order[passes[i] ? (selected.has(i) ? 2 : 1) : 0].push(i);
  pen.fillStyle = quiet;
  pen.globalAlpha = 0.22;
  for (const i of order[0]) pen.fillRect(toScreenX(i) - 1, toScreenY(i) - 1, 2, 2);
  for (const level of [1, 2]) {
    pen.globalAlpha = level === 1 && selected.size ? 0.28 : 0.92;
    for (const i of order[level]) {
      const x = toScreenX(i), y = toScreenY(i);
      if (x < -9 || y < -9 || x > view.width + 9 || y > view.height + 9) continue;
      const stamp = stampOf(signOf(i), r), side = 2 * stamp.half;
      pen.drawImage(stamp.image, x - stamp.half, y - stamp.half, side, side);
    }
  }
  pen.globalAlpha = 1;
}

function drawPicture(i) {
  const x = toScreenX(i) - PICTURE_PX / 2, y = toScreenY(i) - PICTURE_PX / 2;
  if (x < -PICTURE_PX || y < -PICTURE_PX || x > view.width || y > view.height) return;
  pen.globalAlpha = selected.size && !selected.has(i) ? 0.35 : 1;
  paintPicture(pen, i, x, y, PICTURE_PX);
  pen.strokeStyle = signOf(i)[0];
  pen.lineWidth = 3;
  pen.strokeRect(x + 0.5, y + 0.5, PICTURE_PX - 1, PICTURE_PX - 1);
  pen.globalAlpha = 1;
}

let centres = { version: -1, rows: [] };

/** Where half of a cluster's shown pictures lie to either side, for the 60 largest clusters. */
function centresOf(column) {
  if (centres.version === version) return centres.rows;
  const members = column.names.slice(0, Math.min(column.n_named, 60)).map(() => []);
  for (let i = 0; i < n; i++) if (passes[i]) members[column.codes[i]]?.push(i);
  const middle = (rows, k) => rows.map((i) => xy[2 * i + k]).sort((a, b) => a - b)[rows.length >> 1];
  centres = { version, rows: members.map((rows) => (rows.length ? [middle(rows, 0), middle(rows, 1)] : null)) };
  return centres.rows;
}

function drawNumbers() {
  pen.font = font;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  centresOf(columnOf.cluster).forEach((centre, code) => {
    if (centre) drawWord(columnOf.cluster.names[code], screenX(centre[0]), screenY(centre[1]));
  });
}

function drawWord(text, x, y) {
  pen.strokeStyle = paper;
  pen.lineWidth = 5;
  pen.strokeText(text, x, y);
  pen.fillStyle = ink;
  pen.fillText(text, x, y);
}

function drawNeighbourLines(i) {
  pen.strokeStyle = ink;
  pen.lineWidth = 1;
  pen.globalAlpha = 0.6;
  pen.beginPath();
  const near = neighboursOf(i).filter((j) => passes[j]);
  for (const j of near) {
    pen.moveTo(toScreenX(i), toScreenY(i));
    pen.lineTo(toScreenX(j), toScreenY(j));
  }
  pen.stroke();
  pen.globalAlpha = 1;
  for (const j of near) drawRing(j, 1);
}

function drawRing(i, width) {
  const x = toScreenX(i), y = toScreenY(i), r = radius() + 2.5;
  drawSign(pen, signOf(i), x, y, radius());
  for (const [colour, line] of [[paper, width + 3], [ink, width]]) {
    pen.strokeStyle = colour;
    pen.lineWidth = line;
    pen.beginPath();
    pen.arc(x, y, r + width, 0, 7);
    pen.stroke();
  }
}

function drawLasso() {
  pen.beginPath();
  for (const [x, y] of state.lasso) pen.lineTo(x, y);
  pen.closePath();
  pen.fillStyle = pen.strokeStyle = accent;
  pen.globalAlpha = 0.12;
  pen.fill("evenodd");
  pen.globalAlpha = 1;
  pen.lineWidth = 2;
  pen.setLineDash([6, 4]);
  pen.stroke();
  pen.setLineDash([]);
}

// ---- the view -------------------------------------------------------------------------

function fit() {
  const low = [Infinity, Infinity], high = [-Infinity, -Infinity];
  const whole = currentMap.xy;
  for (let k = 0; k < 2 * n; k++) {
    low[k % 2] = Math.min(low[k % 2], whole[k]);
    high[k % 2] = Math.max(high[k % 2], whole[k]);
  }
  const margin = Math.min(48, view.width / 12), span = (k) => Math.max(high[k] - low[k], 1e-4);
  const scale = Math.min((view.width - 2 * margin) / span(0), (view.height - 2 * margin) / span(1));
  view.fitted = scale;
  glide({ x: (low[0] + high[0]) / 2, y: (low[1] + high[1]) / 2, scale });
}

function zoomAt(factor, x = view.width / 2, y = view.height / 2) {
  const scale = Math.max(view.fitted / 2, Math.min(view.fitted * 400, view.scale * factor));
  motions.view += 1;
  const left = x - view.width / 2, up = view.height / 2 - y;
  view.x += left / view.scale - left / scale;
  view.y += up / view.scale - up / scale;
  view.scale = scale;
  redraw();
}

function moveBy(dx, dy) {
  motions.view += 1;
  view.x -= dx / view.scale;
  view.y += dy / view.scale;
  redraw();
}

/** Bring a point into view where it is not. */
function reveal(i) {
  const x = toScreenX(i), y = toScreenY(i), edge = 40;
  const inside = x > edge && y > edge && x < view.width - edge && y < view.height - edge;
  if (!inside) glide({ x: xy[2 * i], y: xy[2 * i + 1], scale: view.scale });
}

const motions = { view: 0, points: 0 };

/** Call `step` with shares from 0 to 1; at once with 1 where motion is unwelcome. */
function animate(what, step) {
  const mine = ++motions[what], start = performance.now();
  const frame = (now) => {
    if (mine !== motions[what]) return; // another motion, or a hand, has taken over
    const share = Math.min(1, Math.max(0, now - start) / TRAVEL_MS);
    step(share * share * (3 - 2 * share));
    redraw();
    if (share < 1) requestAnimationFrame(frame);
  };
  if (still.matches || !document.documentElement.dataset.ready) frame(Infinity);
  else requestAnimationFrame(frame);
}

function glide(to) {
  const from = { ...view };
  animate("view", (share) => {
    view.scale = share < 1 ? from.scale * (to.scale / from.scale) ** share : to.scale;
    view.x = from.x + (to.x - from.x) * share;
    view.y = from.y + (to.y - from.y) * share;
  });
}

/** Let every point walk to its place on another map. */
function showMap(map) {
  const from = Float32Array.from(xy);
  currentMap = map;
  animate("points", (share) => {
    for (let k = 0; k < 2 * n; k++) xy[k] = from[k] + (map.xy[k] - from[k]) * share;
    version += 1;
  });
  fit();
}

/** The shown point under a place on the canvas, or -1. */
function pointAt(x, y) {
  if (state.pictures) {
    const half = PICTURE_PX / 2;
    const hit = laidOut().find((i) => Math.abs(toScreenX(i) - x) <= half && Math.abs(toScreenY(i) - y) <= half);
    if (hit !== undefined) return hit;
  }
  let best = -1, least = REACH_PX ** 2;
  for (let i = 0; i < n; i++) {
    if (!passes[i]) continue;
    const distance = (toScreenX(i) - x) ** 2 + (toScreenY(i) - y) ** 2;
    if (distance < least) { least = distance; best = i; }
  }
  return best;
}

/** The nearest shown point from `i` in a direction; within 45 degrees where there is one. */
function pointBeside(i, dx, dy) {
  const x0 = i < 0 ? view.width / 2 : toScreenX(i), y0 = i < 0 ? view.height / 2 : toScreenY(i);
  let best = i, least = Infinity;
  for (let j = 0; j < n; j++) {
    if (!passes[j] || j === i) continue;
    const x = toScreenX(j) - x0, y = toScreenY(j) - y0;
    const along = x * dx + y * dy, across = Math.abs(x * dy) + Math.abs(y * dx);
    if (i >= 0 && along <= 0) continue;
    const cost = i < 0 ? Math.hypot(x, y) : along + 2 * across + (across > along ? 1e6 : 0);
    if (cost < least) { least = cost; best = j; }
  }
  return best;
}

// ---- the size follows the window ------------------------------------------------------

function measure() {
  const box = canvas.getBoundingClientRect();
  if (!box.width || !box.height) return;
  const fresh = view.width === 1;
  const wasFitted = view.scale === view.fitted;
  [view.width, view.height] = [box.width, box.height];
  canvas.width = Math.round(box.width * devicePixelRatio);
  canvas.height = Math.round(box.height * devicePixelRatio);
  stamps.clear();
  if (fresh || wasFitted) fit();
  redraw();
}
