// Where the points lie on the screen: the window on them, moved and zoomed.

Picture.prototype.resize = function () {
  const box = this.over.getBoundingClientRect(), ratio = window.devicePixelRatio || 1
  if (!box.width || !this.entry) return
  const size = [Math.round(box.width * ratio), Math.round(box.height * ratio)]
  Object.assign(this, { width: box.width, height: box.height, ratio })
  if (`${size}` !== this.size)                     // a canvas is cleared when it is told its size
    for (const canvas of [this.cloud.canvas, this.over]) [canvas.width, canvas.height] = size
  if (!this.view) this.begin()
  else if (`${size}` !== this.size) this.draw()
  this.size = `${size}`
}

Picture.prototype.begin = function () {       // a few far points do not make the rest a speck
  const all = bounds(this.xy), main = middle(this.xy, 0.005)
  const share = Math.max((main.x1 - main.x0) / (all.x1 - all.x0), (main.y1 - main.y0) / (all.y1 - all.y0))
  this.whole()
  if (!(share < 0.6)) return
  this.frame(main)
  const [[x0, y0], [x1, y1]] = [[0, this.height], [this.width, 0]].map(at => this.toPlace(at))
  for (let i = 0; i < this.xy.length; i += 2) {
    const x = this.xy[i], y = this.xy[i + 1]
    if (x < x0 || x > x1 || y < y0 || y > y1) this.far++
  }
  this.report()
}

Picture.prototype.whole = function () {
  const all = bounds(this.xy), margin = 0.001 * Math.max(all.x1 - all.x0, all.y1 - all.y0)
  this.far = 0
  this.view = null
  this.frame(all)
  for (const name of ["x0", "x1", "y0", "y1"]) {
    const edge = all[name] + (name.endsWith("0") ? -margin : margin)
    this.find(`input[name=${name}]`).value = Number(edge.toPrecision(6))
  }
  this.report()
}

Picture.prototype.frame = function ({ x0, x1, y0, y1 }) {
  const k = Math.min(this.width * 0.92 / (x1 - x0 || 1), this.height * 0.88 / (y1 - y0 || 1))
  this.view = { x: (x0 + x1) / 2, y: (y0 + y1) / 2, k, whole: this.view?.whole ?? k }
  this.draw()
}

Picture.prototype.toPixel = function ([x, y]) {
  const { x: cx, y: cy, k } = this.view
  return [this.width / 2 + (x - cx) * k, this.height / 2 - (y - cy) * k]
}

Picture.prototype.toPlace = function ([px, py]) {
  const { x, y, k } = this.view
  return [x + (px - this.width / 2) / k, y - (py - this.height / 2) / k]
}

Picture.prototype.draw = function () {         // once a frame, however often it is asked for
  cancelAnimationFrame(this.drawing)
  this.drawing = requestAnimationFrame(() => {
    const { x, y, k, whole } = this.view, n = this.head.n
    const size = Math.min(14, Math.max(1.6, 42 / n ** 0.25) * Math.max(1, k / whole) ** 0.4)
    const scale = [2 * k / this.width, 2 * k / this.height]
    this.cloud.draw(n, scale, [-x * scale[0], -y * scale[1]], size * this.ratio)
    this.annotate()
  })
}

Picture.prototype.zoom = function (factor, [px, py] = [this.width / 2, this.height / 2]) {
  const [x, y] = this.toPlace([px, py]), { whole } = this.view
  this.view.k = Math.min(whole * 400, Math.max(whole * 0.4, this.view.k * factor))
  const [nx, ny] = this.toPlace([px, py])
  this.move(x - nx, y - ny)
}

Picture.prototype.move = function (dx, dy) {
  this.view.x += dx
  this.view.y += dy
  this.draw()
}
