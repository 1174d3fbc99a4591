// What is written over the cloud: the outline, the axes, and the sign of every entry.

Picture.prototype.annotate = function () {
  if (!this.view) return
  const pen = this.pen, { text, back, font } = this.colours
  pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0)
  pen.clearRect(0, 0, this.width, this.height)
  Object.assign(pen, { strokeStyle: text, fillStyle: text, lineWidth: 1.5, lineJoin: "round" })
  for (const { polygon, takes_away } of this.how === "new" && this.stroke ? [] : this.parts)
    this.trace(polygon.map(place => this.toPixel(place)), takes_away)
  if (this.stroke) this.trace(this.stroke, this.how === "less")
  if (this.at >= 0) this.ring(this.toPixel(this.placeOf(this.at)))
  this.placeCard()
  Object.assign(pen, { textAlign: "center", textBaseline: "middle", strokeStyle: back })
  pen.font = `12px ${font}`
  this.write(`${this.head.axes[0]} →`, this.width / 2, this.height - 12)
  pen.save()
  pen.translate(12, this.height / 2)
  pen.rotate(-Math.PI / 2)
  this.write(`${this.head.axes[1]} →`, 0, 0)
  pen.restore()
  if (this.head.continuous) return
  pen.font = `bold 15px ${font}`
  const written = []
  const shown = this.middle.map((place, entry) => [place, this.head.entries[entry]?.sign])
    .filter(([place], entry) => place && !this.hidden.has(entry))
  shown.forEach(([place, sign]) => {
    const [px, py] = this.toPixel(place)
    if (written.some(([x, y]) => Math.abs(x - px) < 22 && Math.abs(y - py) < 16)) return
    written.push([px, py, sign])
  })
  if (2 * written.length < shown.length) return // a few signs on a heap of all would mislead
  written.forEach(([px, py, sign]) => this.write(sign, px, py))
}

Picture.prototype.write = function (text, x, y) {
  this.pen.lineWidth = 4
  this.pen.strokeText(text, x, y)
  this.pen.fillText(text, x, y)
}

Picture.prototype.ring = function ([px, py]) { // the point looked at, on any colour
  const { pen, colours } = this
  for (const [style, width] of [[colours.back, 5], [colours.text, 2]]) {
    Object.assign(pen, { strokeStyle: style, lineWidth: width })
    pen.beginPath()
    pen.arc(px, py, 8, 0, 2 * Math.PI)
    pen.stroke()
  }
}

Picture.prototype.trace = function (outline, takesAway) { // what takes away is dotted and clear
  const pen = this.pen
  pen.beginPath()
  outline.forEach((place, i) => (i ? pen.lineTo(...place) : pen.moveTo(...place)))
  pen.closePath()
  pen.globalAlpha = takesAway ? 0 : 0.1
  pen.fill()
  pen.globalAlpha = 1
  pen.setLineDash(takesAway ? [2, 3] : [6, 3])
  pen.stroke()
  pen.setLineDash([])
}
