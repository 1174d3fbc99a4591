// Pieces without a picture: geometry, colours, the legend.

const SHAPES = { circle: 1, rect: 2, triangle: 3, diamond: 4, pin: 5 }
const OUTLINES = {
  circle: "M6 1a5 5 0 1 0 .01 0z", rect: "M1.5 1.5h9v9h-9z", triangle: "M6 1l5 10H1z",
  diamond: "M6 0l6 6-6 6-6-6z", pin: "M6 11L1 1h10z",
}

function bounds(xy) {
  let x0 = Infinity, x1 = -Infinity, y0 = Infinity, y1 = -Infinity
  for (let i = 0; i < xy.length; i += 2) {
    const x = xy[i], y = xy[i + 1]
    if (x < x0) x0 = x
    if (x > x1) x1 = x
    if (y < y0) y0 = y
    if (y > y1) y1 = y
  }
  return { x0, x1, y0, y1 }
}

// the box that leaves out a share of the points on each side, judged by some of them
function middle(xy, share) {
  const step = 2 * Math.max(1, Math.floor(xy.length / 40000))
  const edges = axis => {
    const values = []
    for (let i = axis; i < xy.length; i += step) values.push(xy[i])
    values.sort((a, b) => a - b)
    return [values[Math.floor(share * (values.length - 1))], values[Math.ceil((1 - share) * (values.length - 1))]]
  }
  const [[x0, x1], [y0, y1]] = [edges(0), edges(1)]
  return { x0, x1, y0, y1 }
}

// 1 for every point inside the polygon (even-odd rule)
function choose(xy, polygon, chosen) {
  const flat = new Float32Array(polygon.flat()), edge = bounds(flat), m = polygon.length
  for (let i = 0; i < chosen.length; i++) {
    const x = xy[2 * i], y = xy[2 * i + 1]
    let odd = 0
    if (x >= edge.x0 && x <= edge.x1 && y >= edge.y0 && y <= edge.y1)
      for (let a = 0, b = m - 1; a < m; b = a++) {
        const [ax, ay] = polygon[a], [bx, by] = polygon[b]
        if ((ay > y) !== (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax) odd ^= 1
      }
    chosen[i] = odd
  }
}

// 1 for every selected point: outlines one after the other add or take away; by none, all are
function chooseAll(xy, parts, chosen) {
  chosen.fill(parts.length && !parts[0].takes_away ? 0 : 1)
  const hit = parts.length ? new Uint8Array(chosen.length) : null
  for (const { polygon, takes_away } of parts) {
    choose(xy, polygon, hit)
    for (let i = 0; i < hit.length; i++) if (hit[i]) chosen[i] = takes_away ? 0 : 1
  }
  return chosen.reduce((sum, one) => sum + one, 0)
}

// where to write the sign of every entry: the median of at most 400 of its points
function middles(xy, entry, n_entries) {
  const seen = Array.from({ length: n_entries }, () => [[], []])
  const step = Math.max(1, Math.floor(entry.length / (400 * n_entries)))
  for (let i = 0; i < entry.length; i += step) {
    seen[entry[i]][0].push(xy[2 * i])
    seen[entry[i]][1].push(xy[2 * i + 1])
  }
  const median = values => values.sort((a, b) => a - b)[values.length >> 1]
  return seen.map(([x, y]) => (x.length ? [median(x), median(y)] : null))
}

function rgb(colour) {
  return [1, 3, 5].map(place => parseInt(colour.slice(place, place + 2), 16))
}

// the page's own colours; dark when its background is
function pageColours(host) {
  const style = getComputedStyle(host), read = name => style.getPropertyValue(name).trim()
  const back = read("--st-background-color") || "#ffffff"
  const [r, g, b] = /^#[0-9a-f]{6}$/i.test(back) ? rgb(back) : [255, 255, 255]
  return { text: read("--st-text-color") || "#000000", back, font: read("--st-font") || "sans-serif",
    dark: 0.299 * r + 0.587 * g + 0.114 * b < 128 }
}

function fillLegend(box, head, hidden, colours, changed) {
  box.replaceChildren(document.createTextNode(`Colour: ${head.title}`))
  if (head.continuous) return box.append(...ramp(head.entries, colours))
  head.entries.forEach((entry, place) => {
    const button = document.createElement("button"), sign = document.createElement("b")
    button.type = "button"
    button.title = "Show or hide"
    button.setAttribute("aria-pressed", String(!hidden.has(place)))
    sign.textContent = entry.sign
    button.append(swatch(entry, colours), sign, document.createTextNode(entry.name))
    button.onclick = () => {
      if (!hidden.delete(place)) hidden.add(place)
      button.setAttribute("aria-pressed", String(!hidden.has(place)))
      changed()
    }
    box.append(button)
  })
}

function swatch(entry, colours) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path")
  for (const [name, value] of [["width", 12], ["height", 12], ["aria-hidden", true]])
    svg.setAttribute(name, value)
  path.setAttribute("d", OUTLINES[entry.shape])
  path.setAttribute("fill", entry[colours.dark ? "dark" : "light"])
  svg.append(path)
  return svg
}

function ramp(entries, colours) {
  const steps = entries.slice(0, -1), bar = document.createElement("span")
  const shades = steps.map(entry => entry[colours.dark ? "dark" : "light"])
  bar.className = "ramp"
  bar.style.background = `linear-gradient(to right, ${shades.join(",")})`
  const ends = [steps[0].name.split(" to ")[0], steps[steps.length - 1].name.split(" to ")[1]]
  const [from, to, missing] = [...ends, entries[entries.length - 1].name].map(text => {
    const span = document.createElement("span")
    span.textContent = text
    return span
  })
  missing.className = "missing"
  return [from, bar, to, missing, swatch(entries[entries.length - 1], colours)]
}
