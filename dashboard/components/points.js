// The picture on a page: view, mouse, keyboard, selection. Sends an outline up, never points.

const PICTURES = new WeakMap()
const DRAWN = new Map()                  // what was drawn, by picture: it outlives a new mounting
const MOST_CORNERS = 240, MOST_PARTS = 50

export default function (component) {
  const { data, parentElement, setStateValue } = component
  const root = parentElement.querySelector(".root")
  if (!root || !data) return
  let picture = PICTURES.get(root)
  if (!picture) PICTURES.set(root, (picture = new Picture(root)))
  picture.send = setStateValue
  picture.show(readPayload(data), pageColours(parentElement.host ?? root))
  return () => { picture.close(); PICTURES.delete(root) }
}

class Picture {
  constructor(root) {
    this.find = selector => root.querySelector(selector)
    this.over = this.find(".over")
    this.pen = this.over.getContext("2d")
    this.hidden = new Set()
    this.mode = "lasso"
    this.how = "new"
    this.parts = []
    this.number = 0                      // when the selection was last drawn here
    this.stroke = null
    this.start()
    this.listen(root)
    this.observer = new ResizeObserver(() => this.resize())
    this.observer.observe(this.find(".stage"))
  }

  start() {                              // also after the context was lost: on a fresh canvas
    const old = this.find(".cloud"), canvas = old.cloneNode()
    old.replaceWith(canvas)
    this.cloud = new Cloud(canvas)
    canvas.addEventListener("webglcontextlost", event => {
      event.preventDefault()
      this.find(".lost").hidden = false
    })
    canvas.addEventListener("webglcontextrestored", () => this.again())
  }

  again() {
    this.find(".lost").hidden = true
    this.start()
    if (!this.cloud.gl) return this.giveUp()
    this.cloud.upload({ place: this.xy, entry: this.entry, chosen: this.chosen })
    this.paint()
    this.resize()
  }

  show({ head, body }, colours) {
    if (!this.cloud.gl) return this.giveUp()
    const moved = head.points !== this.head?.points, changed = head.content !== this.head?.content
    Object.assign(this, { head, colours })
    if (changed) this.load(body(), moved)
    if (head.outline && head.outline.number >= this.number) this.adopt(head.outline.parts)
    this.find(".stage").style.height = `${head.height}px`
    this.over.setAttribute("aria-label", head.alt)
    fillLegend(this.find(".legend"), head, this.hidden, colours, () => { this.paint(); this.draw() })
    this.paint()
    this.resize()
  }

  load({ xy, entry }, moved) {
    Object.assign(this, { xy, entry, middle: middles(xy, entry, this.head.entries.length) })
    this.hidden.clear()
    if (moved) {
      const drawn = DRAWN.get(this.head.key)
      const { parts, number } = drawn?.points === this.head.points ? drawn : { parts: [], number: 0 }
      Object.assign(this, { parts, number, view: null })
      this.chosen = new Uint8Array(entry.length)
      this.count()
    }
    this.cloud.upload({ place: xy, entry, chosen: this.chosen })
  }

  count() {                              // which points are selected; all of them by no outline
    const count = chooseAll(this.xy, this.parts, this.chosen), n = this.head.n.toLocaleString("en")
    this.tell(this.parts.length ? `${count.toLocaleString("en")} of ${n} points selected` : "")
  }

  adopt(parts) {                         // the page says what is selected: undone, or by its name
    if (JSON.stringify(parts) === JSON.stringify(this.parts)) return
    this.parts = parts
    this.stroke = null
    this.count()
    this.cloud.upload({ chosen: this.chosen })
  }

  paint() {
    const palette = new Uint8Array(1024), tone = this.colours.dark ? "dark" : "light"
    this.head.entries.forEach((entry, place) => {
      const shape = this.hidden.has(place) ? 0 : SHAPES[entry.shape]
      palette.set([...rgb(entry[tone]), shape], 4 * place)
    })
    this.cloud.paint(palette)
  }

  resize() {
    const box = this.over.getBoundingClientRect(), ratio = window.devicePixelRatio || 1
    if (!box.width || !this.head) return
    Object.assign(this, { width: box.width, height: box.height, ratio })
    for (const canvas of [this.cloud.canvas, this.over]) {
      canvas.width = Math.round(box.width * ratio)
      canvas.height = Math.round(box.height * ratio)
    }
    if (!this.view) this.whole()
    else this.draw()
  }

  whole() {
    const { x0, x1, y0, y1 } = bounds(this.xy)
    const spread = Math.min(this.width * 0.92 / (x1 - x0 || 1), this.height * 0.88 / (y1 - y0 || 1))
    this.view = { x: (x0 + x1) / 2, y: (y0 + y1) / 2, k: spread, whole: spread }
    const margin = 0.001 * Math.max(x1 - x0, y1 - y0)
    for (const [name, value] of Object.entries({ x0: x0 - margin, x1: x1 + margin,
      y0: y0 - margin, y1: y1 + margin }))
      this.find(`input[name=${name}]`).value = Number(value.toPrecision(6))
    this.draw()
  }

  toPixel([x, y]) {
    const { x: cx, y: cy, k } = this.view
    return [this.width / 2 + (x - cx) * k, this.height / 2 - (y - cy) * k]
  }

  toPlace([px, py]) {
    const { x, y, k } = this.view
    return [x + (px - this.width / 2) / k, y - (py - this.height / 2) / k]
  }

  draw() {
    const { x, y, k, whole } = this.view, n = this.head.n
    const size = Math.min(14, Math.max(1.6, 42 / n ** 0.25) * Math.max(1, k / whole) ** 0.4)
    const scale = [2 * k / this.width, 2 * k / this.height]
    const offset = [-x * scale[0], -y * scale[1]]
    this.cloud.draw(n, scale, offset, size * this.ratio, n > 50000 ? 0.55 : 0.85)
    this.annotate()
  }

  zoom(factor, [px, py] = [this.width / 2, this.height / 2]) {
    const [x, y] = this.toPlace([px, py]), { whole } = this.view
    this.view.k = Math.min(whole * 400, Math.max(whole * 0.4, this.view.k * factor))
    const [nx, ny] = this.toPlace([px, py])
    this.move(x - nx, y - ny)
  }

  move(dx, dy) {
    this.view.x += dx
    this.view.y += dy
    this.draw()
  }

  select(polygon) {
    const step = Math.max(1, Math.ceil(polygon.length / MOST_CORNERS))
    const corners = polygon.filter((_, i) => i % step === 0)
      .map(place => place.map(value => Number(value.toPrecision(6))))
    const before = this.how === "new" ? [] : this.parts
    if (before.length === MOST_PARTS) return this.tell("50 outlines at most; clear the selection")
    this.changed([...before, { polygon: corners, takes_away: this.how === "less" }])
  }

  clear() {
    this.stroke = null
    this.changed([])
  }

  changed(parts) {
    Object.assign(this, { parts, number: Date.now() })
    this.count()
    this.cloud.upload({ chosen: this.chosen })
    this.draw()
    const drawn = { points: this.head.points, parts, number: this.number }
    DRAWN.set(this.head.key, drawn)
    this.send("selection", drawn)
  }

  giveUp() {                             // the page draws a smaller picture in our place
    this.find(".stage").parentElement.hidden = true
    this.send("unsupported", true)
  }

  tell(text) { this.find(".status").textContent = text }

  close() {
    this.observer.disconnect()
    this.cloud.gl?.getExtension("WEBGL_lose_context")?.loseContext()
  }
}
