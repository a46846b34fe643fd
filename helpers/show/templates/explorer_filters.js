// The cluster browser, part 5 of 6: filters, which are the legend as well.

function filter() {
  const shown = applyFilters();
  version += 1;
  if (state.cursor >= 0 && !passes[state.cursor]) state.cursor = -1;
  state.hover = -1;
  showTip(-1);
  byId("shown").textContent = shown === n ? count(n, "picture") : shown ? `${shown.toLocaleString("en")} of ${count(n, "picture")} shown` : `No picture matches, of ${n.toLocaleString("en")}`;
  byId("nothing").hidden = shown > 0;
  byId("unshown")?.toggleAttribute("hidden", passes[state.picked] === 1);
  byId("select-shown").disabled = !shown;
  byId("unfilter").disabled = shown === n;
  redraw();
}

function filterAndSay() {
  filter();
  say(byId("shown").textContent);
}

function facetOf(column) {
  const ticked = filters.ticked.get(column.key) ?? new Set();
  filters.ticked.set(column.key, ticked);
  const list = element("div", { className: "list" });
  const fill = (text) => {
    const codes = [...column.names.keys()].filter((code) => ticked.has(code) || column.names[code].toLowerCase().includes(text));
    codes.sort((a, b) => ticked.has(b) - ticked.has(a) || a - b); // what is ticked must be seen
    const hidden = Math.max(0, codes.length - LIST_STEP);
    list.replaceChildren(...codes.slice(0, LIST_STEP).map((code) => facetRow(column, code, ticked)));
    if (hidden) list.append(element("p", { className: "quiet" }, `and ${hidden.toLocaleString("en")} more: type to find them`));
  };
  fill("");
  const find = column.names.length <= 12 ? [] : [
    element("input", { type: "search", "aria-label": `Find in ${column.title}`, placeholder: `Find in ${column.names.length.toLocaleString("en")}`, oninput: (event) => fill(event.target.value.toLowerCase()) })];
  return element("fieldset", { dataset: { key: column.key } }, element("legend", {}, column.title), ...find, list);
}

function facetRow(column, code, ticked) {
  const change = (event) => { ticked[event.target.checked ? "add" : "delete"](code); filterAndSay(); };
  const sign = column.key === state.colour ? [signCanvas(signs[code])] : [];
  return element("label", { className: "row", title: cut(column.names[code], 300) },
    element("input", { type: "checkbox", checked: ticked.has(code), onchange: change }), ...sign,
    element("bdi", {}, column.names[code]), element("span", { className: "count" }, column.counts[code].toLocaleString("en")));
}

/** Two sliders on one track, under a drawing of how many pictures have which score. */
function rangeOf(column) {
  const steps = 200, words = element("output");
  const [from, to] = filters.ranges.get(column.key) ?? [column.low, column.high];
  const slider = (word, value) => element("input", { type: "range", min: 0, max: steps, step: 1, "aria-label": `${column.title} ${word}`,
    value: Math.round(((value - column.low) / (column.high - column.low)) * steps), oninput: (event) => change(event.target) });
  const low = slider("at least", from), high = slider("at most", to);
  const valueAt = (step) => (step === steps ? column.high : column.low + (step / steps) * (column.high - column.low));
  const change = (hand) => {
    if (+low.value > +high.value) (hand === low ? high : low).value = hand.value; // one pushes the other
    const range = [valueAt(+low.value), valueAt(+high.value)];
    const [least, most] = range.map((value) => value.toPrecision(3));
    low.setAttribute("aria-valuetext", least);
    high.setAttribute("aria-valuetext", most);
    words.textContent = `${least} to ${most}`;
    if (+low.value === 0 && +high.value === steps) filters.ranges.delete(column.key);
    else filters.ranges.set(column.key, range);
    if (hand) filterAndSay();
  };
  change(null);
  return element("fieldset", { dataset: { key: column.key } }, element("legend", {}, column.title, " ", words), histogramOf(column), element("div", { className: "range" }, low, high));
}

function histogramOf(column) {
  const n_bins = 48, bins = new Float32Array(n_bins);
  for (const value of column.values) {
    if (value !== null) bins[Math.min(n_bins - 1, Math.floor(((value - column.low) / (column.high - column.low)) * n_bins))] += 1;
  }
  const made = element("canvas", { className: "histogram", width: n_bins * 8, height: 64, "aria-hidden": true });
  const to = made.getContext("2d"), highest = bins.reduce((a, b) => Math.max(a, b), 1);
  bins.forEach((size, bin) => {
    to.fillStyle = column.key === state.colour ? signs[Math.floor((bin / n_bins) * data.ramp.length)][0] : quiet;
    const height = size ? Math.max(3, 64 * Math.sqrt(size / highest)) : 0; // roots: else only the top is seen
    to.fillRect(bin * 8, 64 - height, 7, height);
  });
  return made;
}

function renderFacets() {
  const parts = [...categories.map((column) => [column, facetOf]), ...scores.map((column) => [column, rangeOf])];
  const rank = (column) => (column.key === state.colour ? 0 : 1); // the legend comes first
  parts.sort((a, b) => rank(a[0]) - rank(b[0]));
  byId("facets").replaceChildren(...parts.map(([column, make]) => make(column)));
}

function unfilter() {
  filters.text = byId("search").value = "";
  filters.ticked.clear();
  filters.ranges.clear();
  renderFacets();
  filterAndSay();
}

function renderScale() {
  const column = columnOf[state.colour], scale = byId("scale"), ends = byId("scale-ends");
  scale.hidden = ends.hidden = column.kind !== "score";
  if (column.kind !== "score") return;
  [scale.width, scale.height] = [data.ramp.length, 1];
  const to = scale.getContext("2d");
  ramp().forEach((colour, step) => { to.fillStyle = colour; to.fillRect(step, 0, 1, 1); });
  [column.low, column.high].forEach((value, k) => { ends.children[k].textContent = value.toPrecision(3); });
}
