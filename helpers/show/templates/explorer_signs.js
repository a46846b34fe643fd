// The cluster browser, part 2 of 6: how one picture is drawn, as a sign or as itself.

const state = { colour: "cluster", tool: "pan", pictures: false, cursor: -1, hover: -1, picked: -1, lasso: null };
const dark = matchMedia("(prefers-color-scheme: dark)");

// ---- signs: one hue and one shape for each value, so that hue is never alone ----------

const SHAPES = ["disc", "square", "triangle", "diamond"];
const N_SIGNS = data.hues.length * SHAPES.length; // what is smaller shares one gray dot
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
let ink, paper, quiet, accent, font; // as the window is bright or dark
let signs = [], codes = []; // [colour, shape] by code, and each picture's code
const stamps = new Map();

const signOf = (i) => signs[codes[i]];

function readColours() {
  [ink, paper, quiet, accent] = ["--ink", "--card", "--quiet", "--accent"].map(css);
  font = "700 14px " + css("--sans");
  const column = columnOf[state.colour];
  [signs, codes] = column.kind === "category" ? [signsOf(column), column.codes] : scaleOf(column);
  stamps.clear();
}

function signsOf(column) {
  const rest = [quiet, "dot"];
  return column.names.map((name, code) => {
    if (code >= column.n_named || code >= N_SIGNS) return rest;
    if (column.colours) return [column.colours[code] ?? quiet, "disc"];
    return [data.hues[code % data.hues.length], SHAPES[Math.floor(code / data.hues.length)]];
  });
}

function scaleOf(column) {
  const { low, high, values } = column, n_steps = data.ramp.length;
  const step = (value) => Math.min(n_steps - 1, Math.floor(((value - low) / (high - low)) * n_steps));
  return [[...ramp().map((colour) => [colour, "disc"]), [quiet, "dot"]], values.map((value) => (value === null ? n_steps : step(value)))];
}

/** On black the scale runs the other way: what is high must stand out. */
const ramp = () => (dark.matches ? [...data.ramp].reverse() : data.ramp);

function tracePath(to, shape, x, y, r) {
  to.beginPath();
  if (shape === "square") to.rect(x - 0.86 * r, y - 0.86 * r, 1.72 * r, 1.72 * r);
  else if (shape === "disc" || shape === "dot") to.arc(x, y, shape === "dot" ? 0.62 * r : r, 0, 7);
  else {
    const corners = shape === "triangle" ? [[0, -1.2], [1.1, 0.85], [-1.1, 0.85]] : [[0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]];
    for (const [dx, dy] of corners) to.lineTo(x + dx * r, y + dy * r);
    to.closePath();
  }
}

function drawSign(to, [colour, shape], x, y, r) {
  tracePath(to, shape, x, y, r);
  to.fillStyle = colour;
  to.fill();
  if (shape === "dot") return;
  // Pale hues are lost on white and deep ones on black: the rim is what is seen there.
  to.globalAlpha *= 0.55;
  to.strokeStyle = ink;
  to.lineWidth = Math.min(1, r / 5);
  to.stroke();
  to.globalAlpha /= 0.55;
}

/** A sign drawn once, to be copied many thousand times. */
function stampOf(sign, r) {
  let stamp = stamps.get(sign);
  if (stamp?.r !== r) {
    stamp = { r, half: Math.ceil(1.3 * r + 1) };
    stamp.image = sharpCanvas(2 * stamp.half, (to) => drawSign(to, sign, stamp.half, stamp.half, r));
    stamps.set(sign, stamp);
  }
  return stamp;
}

/** A square canvas as fine as the screen, drawn on by `paint`. */
function sharpCanvas(side, paint) {
  const made = document.createElement("canvas");
  made.width = made.height = Math.round(side * devicePixelRatio);
  made.style.width = made.style.height = side + "px";
  const to = made.getContext("2d");
  to.scale(devicePixelRatio, devicePixelRatio);
  paint(to);
  return made;
}

// ---- pictures from the sheets ---------------------------------------------------------

const sheets = [...document.querySelectorAll("#sheets img")];

function paintPicture(to, i, x, y, size) {
  const place = i % data.n_per_sheet, cell = data.cell_px, px = data.thumbnail_px;
  const sheet = sheets[Math.floor(i / data.n_per_sheet)];
  if (!sheet.complete) return;
  to.imageSmoothingQuality = "high";
  to.drawImage(sheet, (place % data.n_columns) * cell, Math.floor(place / data.n_columns) * cell, px, px, x, y, size, size);
}
