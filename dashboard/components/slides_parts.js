// What stands under the message of a slide: lines, a group, a table, intervals.

function make(tag, text, name) {
  const made = document.createElement(tag)
  if (text !== undefined) made.textContent = text
  if (name) made.className = name
  return made
}

function wrap(tag, children, name) {
  const made = make(tag, undefined, name)
  made.append(...children)
  return made
}

function drawBlock(block) {
  if (!block) return []
  return [{ lines: drawLines, cards: drawCards, grid: drawGrid, chart: drawChart,
            terms: drawTerms }[block.kind](block)]
}

function drawLines(block) {
  if (!block.is_list) return wrap("div", block.lines.map(line => make("p", line)), "body")
  return wrap("div", [wrap("ul", block.lines.map(line => make("li", line)))], "body")
}

function drawTerms(block) {
  return wrap("div", block.terms.map(([word, text]) => make("p", `${word}: ${text}`)), "body")
}

function drawCards(block) {
  return wrap("div", block.cards.flatMap(card => {
    const members = wrap("ul", card.members.map((name, place) => {
      const mark = make("span", card.mark, "mark")
      mark.style.color = card.colour
      return place ? wrap("li", [make("span", "", "mark"), name]) : wrap("li", [mark, name])
    }))
    const why = wrap("ul", card.why.map(line => make("li", line)))
    return [wrap("div", [members, make("p", card.stability, "sure")]), why]
  }), "body cards")
}

function drawGrid(block) {
  const cell = (tag, text, place) => make(tag, text, block.numeric[place] ? "number" : "")
  const head = wrap("tr", block.columns.map((text, place) => cell("th", text, place)))
  const rows = block.rows.map(row => wrap("tr", row.map((text, place) => cell("td", text, place))))
  return wrap("table", [wrap("thead", [head]), wrap("tbody", rows)])
}

const LINE = 30, LETTERS = 32, LEFT = 450, RIGHT = 970, WIDTH = 1400

function drawChart(block) {
  const ends = block.intervals.flatMap(row => [row.low, row.high, row.value, 0])
  const low = Math.min(...ends), high = Math.max(...ends), span = high - low || 1
  const x = value => LEFT + 20 + ((value - low) / span) * (RIGHT - LEFT - 40)
  const names = block.intervals.map(row => broken(row.name))
  const tall = 16 + LINE * Math.max(...names.map(lines => lines.length))
  const height = block.intervals.length * tall + 70
  const picture = shape("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img",
                                 "aria-label": block.alt })
  const bottom = height - 60
  picture.append(shape("line", { x1: x(0), x2: x(0), y1: 0, y2: bottom, stroke: "#E6EDF2",
                                 "stroke-width": 2 }))
  block.intervals.forEach((row, place) => {
    const y = (place + 0.5) * tall, first = y + 8 - (names[place].length - 1) * LINE / 2
    const line = { y1: y, y2: y, stroke: "#7CC0EE", "stroke-width": 4 }
    picture.append(
      ...names[place].map((line, number) => text(line, LEFT, first + number * LINE, "end")),
      shape("line", { x1: x(row.low), x2: x(row.high), ...line }),
      shape("circle", { cx: x(row.value), cy: y, r: 9, fill: "#7CC0EE" }),
      text(row.text, RIGHT + 20, y + 8, "start"),
    )
  })
  const axis = text(block.axis, (LEFT + RIGHT) / 2, bottom + 40, "middle")
  axis.setAttribute("class", "quiet")
  picture.append(axis)
  return picture
}

function shape(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  return made
}

function text(content, x, y, anchor) {
  const made = shape("text", { x, y, "text-anchor": anchor, "font-size": 25 })
  made.textContent = content
  return made
}

// A name in at most two lines, broken between words; what is longer loses its middle.
function broken(name) {
  const letters = [...name]
  const space = letters.slice(0, LETTERS).lastIndexOf(" ")
  if (letters.length <= LETTERS || space < 1) return [fit(letters)]
  return [letters.slice(0, space).join(""), fit(letters.slice(space + 1))]
}

function fit(letters) {
  if (letters.length <= LETTERS) return letters.join("")
  return `${letters.slice(0, LETTERS - 9).join("")}…${letters.slice(-8).join("")}`
}
