// The picture on a page: view, mouse, keyboard, selection. Sends an outline up, never points.

const PICTURES = new WeakMap()
const MOST_CORNERS = 240, MOST_PARTS = 50
const TELL_AGAIN_MS = 5000, MOST_TOLD = 6

export default function (component) {
  const { data, parentElement, setStateValue, setTriggerValue } = component
  const root = parentElement.querySelector(".root")
  if (!root || !data) return
  let picture = PICTURES.get(root)
  if (!picture) PICTURES.set(root, (picture = new Picture(root)))
  picture.keep = setStateValue
  picture.tell = setTriggerValue
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
    this.at = -1                         // the point looked at
    this.details = new Map()
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
    this.draw()
  }

  show(head, colours) {
    if (!this.cloud.gl) return this.giveUp()
    this.find(".stage").style.height = `${head.height}px`
    const found = this.fetched(head)
    if (!found) return
    const last = this.head ?? {}, moved = head.points !== last.points
    const look = JSON.stringify([head.colours, head.title, head.entries, colours.dark])
    const painted = look !== this.look
    Object.assign(this, { head, colours, look })
    if (moved || painted) this.load(found, moved)
    const isAnswer = head.outline.number >= this.number
    if (isAnswer) clearTimeout(this.telling)
    const chosen = isAnswer && this.adopt(head.outline.parts)
    this.learn(head.detail)
    this.over.setAttribute("aria-label", head.alt)
    this.resize()
    if (moved || painted || chosen) this.draw()   // an answer about a point leaves the cloud alone
  }

  shown() {                              // by the legend, some are hidden
    if (this.at >= 0 && this.hidden.has(this.entry[this.at])) this.lookAt(-1)
    this.paint()
    this.draw()
  }

  load({ xy, entry }, moved) {
    this.hidden.clear()
    this.middle = middles(xy, entry, this.head.entries.length)
    if (moved) {
      Object.assign(this, { xy, parts: [], view: null, at: -1, chosen: new Uint8Array(entry.length) })
      this.details.clear()
      this.fillCard()
      this.count()
      this.cloud.upload({ place: xy, chosen: this.chosen })
    }
    this.entry = entry
    this.cloud.upload({ entry })
    fillLegend(this.find(".legend"), this.head, this.hidden, this.colours, () => this.shown())
    this.paint()
  }

  count() {                              // which points are selected; all of them by no outline
    this.n_chosen = chooseAll(this.xy, this.parts, this.chosen)
    this.report()
  }

  report() {
    const [n, chosen, far] = [this.head.n, this.n_chosen, this.far].map(n => n?.toLocaleString("en"))
    const outside = this.far ? `${far} far points only in the whole picture` : ""
    this.say(this.parts.length ? `${chosen} of ${n} points selected` : outside)
  }

  adopt(parts) {                         // the page says what is selected: undone, or by its name
    if (JSON.stringify(parts) === JSON.stringify(this.parts)) return false
    this.parts = parts
    this.stroke = null
    this.count()
    this.cloud.upload({ chosen: this.chosen })
    return true
  }

  paint() {
    const palette = new Uint8Array(1024), tone = this.colours.dark ? "dark" : "light"
    this.head.entries.forEach((entry, place) => {
      const shape = this.hidden.has(place) ? 0 : SHAPES[entry.shape]
      palette.set([...rgb(entry[tone]), shape], 4 * place)
    })
    this.cloud.paint(palette)
  }

  select(polygon) {
    const step = Math.max(1, Math.ceil(polygon.length / MOST_CORNERS))
    const corners = polygon.filter((_, i) => i % step === 0)
      .map(place => place.map(value => Number(value.toPrecision(6))))
    const before = this.how === "new" ? [] : this.parts
    if (before.length === MOST_PARTS) return this.say("50 outlines at most; clear the selection")
    this.changed([...before, { polygon: corners, takes_away: this.how === "less" }])
  }

  inView() {                             // a box without a mouse: move and zoom, then take it all
    const [[x0, y0], [x1, y1]] = [[0, this.height], [this.width, 0]].map(at => this.toPlace(at))
    this.select([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
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
    this.tellSelection()
  }

  tellSelection(told = 1) {              // again until it is answered: a message may be lost
    const { head: { points }, parts, number } = this
    this.tell("selection", { points, parts, number })
    clearTimeout(this.telling)
    if (told < MOST_TOLD)
      this.telling = setTimeout(() => this.tellSelection(told + 1), TELL_AGAIN_MS)
  }

  giveUp() {                             // the page draws a smaller picture in our place
    this.find(".stage").parentElement.hidden = true
    this.keep("unsupported", true)
  }

  say(text) { this.find(".status").textContent = text }

  close() {
    cancelAnimationFrame(this.drawing)
    clearTimeout(this.waiting)
    clearTimeout(this.resting)
    clearTimeout(this.telling)
    this.observer.disconnect()
    this.cloud.gl?.getExtension("WEBGL_lose_context")?.loseContext()
  }
}
