// Mouse, wheel, keyboard and buttons, each turned into one call of the picture.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }
const KEYS = {
  ArrowLeft: p => p.move(-60 / p.view.k, 0), ArrowRight: p => p.move(60 / p.view.k, 0),
  ArrowUp: p => p.move(0, 60 / p.view.k), ArrowDown: p => p.move(0, -60 / p.view.k),
  "+": p => p.zoom(1.3), "=": p => p.zoom(1.3), "-": p => p.zoom(1 / 1.3), 0: p => p.whole(),
  Escape: p => (p.at < 0 ? p.clear() : p.lookAt(-1)), Enter: p => p.walk(null), s: p => p.inView(),
}
const ACTIONS = {
  in: p => p.zoom(1.4), out: p => p.zoom(1 / 1.4), reset: p => p.whole(),
  clear: p => p.clear(), again: p => p.again(), view: p => p.inView(),
}

Picture.prototype.listen = function (root) {
  for (const button of root.querySelectorAll("[data-do]"))
    button.onclick = () => ACTIONS[button.dataset.do](this)
  for (const button of root.querySelectorAll("[data-mode]"))
    button.onclick = () => {
      this.mode = button.dataset.mode
      this.over.classList.toggle("pan", this.mode === "pan")
      for (const other of root.querySelectorAll("[data-mode]"))
        other.setAttribute("aria-pressed", String(other === button))
    }
  for (const button of root.querySelectorAll("[data-how]"))
    button.onclick = () => {
      this.how = button.dataset.how
      for (const other of root.querySelectorAll("[data-how]"))
        other.setAttribute("aria-pressed", String(other === button))
    }
  this.find(".numbers").onsubmit = event => {
    event.preventDefault()
    const read = name => Number(this.find(`input[name=${name}]`).value)
    const [x0, x1, y0, y1] = ["x0", "x1", "y0", "y1"].map(read)
    this.select([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
  }
  this.over.onkeydown = event => {
    const step = event.shiftKey && ARROWS[event.key]
    const act = step ? p => p.walk(step) : KEYS[event.key]
    if (!act || !this.entry || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    act(this)
  }
  this.over.addEventListener("wheel", event => {
    if (this.over.getRootNode().activeElement !== this.over && !event.ctrlKey) return
    event.preventDefault()
    this.zoom(Math.exp(-event.deltaY * 0.0016), [event.offsetX, event.offsetY])
  }, { passive: false })
  this.drag()
}

Picture.prototype.drag = function () {
  let last = null
  const at = event => {
    const box = this.over.getBoundingClientRect()
    return [event.clientX - box.left, event.clientY - box.top]
  }
  this.over.onpointerleave = () => { this.rest(null); this.lookAt(-1) }
  this.over.onpointerdown = event => {
    if (!this.entry) return
    last = at(event)
    this.rest(null)
    this.over.setPointerCapture(event.pointerId)
    if (this.mode !== "pan" && !event.shiftKey && event.button === 0) this.stroke = [last]
  }
  this.over.onpointermove = event => {
    const now = at(event)
    if (!last) return this.rest(now)
    if (!this.stroke) {
      this.move((last[0] - now[0]) / this.view.k, (now[1] - last[1]) / this.view.k)
      last = now
    } else if (this.mode === "box") {
      const [x, y] = this.stroke[0]
      this.stroke = [[x, y], [now[0], y], now, [x, now[1]]]
    } else if (Math.hypot(now[0] - last[0], now[1] - last[1]) > 2) {
      this.stroke.push((last = now))
    }
    if (this.stroke) this.annotate()
  }
  this.over.onpointerup = this.over.onpointercancel = () => {
    const outline = this.stroke
    last = this.stroke = null
    if (outline?.length > 2) this.select(outline.map(pixel => this.toPlace(pixel)))
    else if (outline) this.draw()
  }
}
