"use strict";
// The cluster browser, part 1 of 6: the data of the page, and what is asked of it.
// Nothing here knows of canvas or panels.

const data = JSON.parse(document.getElementById("data").textContent);
const n = data.n;

function decodeNumbers(base64) {
  const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  return new Uint16Array(bytes.buffer);
}

for (const column of data.columns) {
  if (column.kind !== "category") continue;
  column.codes = decodeNumbers(column.codes);
  column.counts = new Uint32Array(column.names.length);
  for (const code of column.codes) column.counts[code] += 1;
}
for (const column of data.columns) {
  if (column.kind !== "score") continue;
  const known = column.values.filter((value) => value !== null);
  column.low = known.reduce((a, b) => Math.min(a, b), Infinity);
  column.high = known.reduce((a, b) => Math.max(a, b), -Infinity);
}
const columnOf = Object.fromEntries(data.columns.map((column) => [column.key, column]));
// What nobody has, or what is the same for all, tells nothing apart.
const categories = data.columns.filter((column) => column.kind === "category" && (column.key === "cluster" || column.names.length > 1));
const scores = data.columns.filter((column) => column.kind === "score" && column.low < column.high);
const maps = data.maps.map((map) => ({ name: map.name, xy: Float32Array.from(decodeNumbers(map.xy), (step) => step / 65535) }));
const neighbours = decodeNumbers(data.neighbours);
const similarities = data.similarities && decodeNumbers(data.similarities);
const searched = columnOf.image_id.values.map((id, i) =>
  [id, columnOf.path.values[i], wordOf(columnOf.label, i)].join("\n").toLowerCase());

/** What a person reads of one picture in one column. */
function wordOf(column, i) {
  if (column.kind === "category") return column.names[column.codes[i]];
  const value = column.values[i];
  if (value === null) return "unknown";
  return column.kind === "score" ? Number(value).toPrecision(3) : String(value);
}

function neighboursOf(i) {
  return Array.from(neighbours.subarray(i * data.k, (i + 1) * data.k)).filter((j) => j !== i);
}

/** The cosine of a picture and one of its neighbours, to be read; "" where it is not known. */
function similarityOf(i, j) {
  const place = neighbours.subarray(i * data.k, (i + 1) * data.k).indexOf(j);
  return similarities ? (similarities[i * data.k + place] / 1e4 - 1).toFixed(2) : "";
}

// ---- filters: what is not narrowed lets everything through --------------------------

const filters = { text: "", ticked: new Map(), ranges: new Map() };
const passes = new Uint8Array(n).fill(1);

/** Fill `passes` from `filters`; return how many pass. */
function applyFilters() {
  const text = filters.text.trim().toLowerCase();
  const ticked = [...filters.ticked].filter(([, codes]) => codes.size);
  const ranges = [...filters.ranges];
  let count = 0;
  for (let i = 0; i < n; i++) {
    passes[i] = (!text || searched[i].includes(text))
      && ticked.every(([key, codes]) => codes.has(columnOf[key].codes[i]))
      && ranges.every(([key, [low, high]]) => {
        const value = columnOf[key].values[i];
        return value !== null && low <= value && value <= high;
      });
    count += passes[i];
  }
  return count;
}

// ---- selection ----------------------------------------------------------------------

const selected = new Set();

/** Say whether a point lies in a polygon of [x, y] corners (even-odd rule). */
function isInside(polygon, x, y) {
  let inside = false;
  for (let a = 0, b = polygon.length - 1; a < polygon.length; b = a++) {
    const [xa, ya] = polygon[a], [xb, yb] = polygon[b];
    if (ya > y !== yb > y && x < ((xb - xa) * (y - ya)) / (yb - ya) + xa) inside = !inside;
  }
  return inside;
}

// ---- export -------------------------------------------------------------------------

function csvCell(value) {
  let text = value === null ? "" : String(value);
  // A spreadsheet would run it; a number, such as cluster -1, it would not.
  if (typeof value === "string" && /^[=+\-@\t\r]/.test(text)) text = "'" + text;
  return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
}

/** The rows of the table that `rows` names, as CSV. */
function csvOf(rows) {
  const lines = [data.columns.map((column) => column.key)];
  for (const i of rows) {
    lines.push(data.columns.map((column) =>
      csvCell(column.kind === "category" ? column.values[column.codes[i]] : column.values[i])));
  }
  return lines.map((line) => line.join(",") + "\n").join("");
}
