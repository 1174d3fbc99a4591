// Where the points lie on the screen: the window on them, moved and zoomed.

Picture.prototype.resize = function () {
  const box = this.over.getBoundingClientRect(), ratio = window.devicePixelRatio || 1
  if (!box.width || !this.entry) return
  Object.assign(this, { width: box.width, height: box.height, ratio })
  for (const canvas of [this.cloud.canvas, this.over]) {
    canvas.width = Math.round(box.width * ratio)
    canvas.height = Math.round(box.height * ratio)
  }
  if (!this.view) this.whole()
  else this.draw()
}

Picture.prototype.whole = function () {
  const { x0, x1, y0, y1 } = bounds(this.xy)
  const spread = Math.min(this.width * 0.92 / (x1 - x0 || 1), this.height * 0.88 / (y1 - y0 || 1))
  this.view = { x: (x0 + x1) / 2, y: (y0 + y1) / 2, k: spread, whole: spread }
  const margin = 0.001 * Math.max(x1 - x0, y1 - y0)
  for (const [name, value] of Object.entries({ x0: x0 - margin, x1: x1 + margin,
    y0: y0 - margin, y1: y1 + margin }))
    this.find(`input[name=${name}]`).value = Number(value.toPrecision(6))
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

Picture.prototype.draw = function () {
  const { x, y, k, whole } = this.view, n = this.head.n
  const size = Math.min(14, Math.max(1.6, 42 / n ** 0.25) * Math.max(1, k / whole) ** 0.4)
  const scale = [2 * k / this.width, 2 * k / this.height]
  const offset = [-x * scale[0], -y * scale[1]]
  this.cloud.draw(n, scale, offset, size * this.ratio, n > 50000 ? 0.55 : 0.85)
  this.annotate()
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
