// One point looked at: the pointer rests on it or a key walks to it; only its number goes up.

const REST_MS = 160, NEAR = 12, STEP = 6

// The nearest shown point to a pixel, within `reach` pixels; along a direction where one is given
Picture.prototype.nearest = function ([px, py], reach, direction = null) {
  const { xy, entry, hidden } = this, { k } = this.view, [x, y] = this.toPlace([px, py])
  const least = direction ? (STEP / k) ** 2 : -1
  let best = (reach / k) ** 2, found = -1
  for (let i = 0; i < entry.length; i++) {
    const dx = xy[2 * i] - x, dy = xy[2 * i + 1] - y, far = dx * dx + dy * dy
    if (far >= best || far < least || hidden.has(entry[i])) continue
    if (direction) {
      const along = dx * direction[0] + dy * direction[1]
      if (along <= 0 || 2 * along * along < far) continue          // within 45 degrees of it
    }
    best = far
    found = i
  }
  return found
}

Picture.prototype.rest = function (pixel) {
  clearTimeout(this.resting)
  if (!pixel) return
  this.resting = setTimeout(() => {
    if (this.entry && this.head.details) this.lookAt(this.nearest(pixel, NEAR))
  }, REST_MS)
}

Picture.prototype.walk = function (direction) {
  if (!this.entry || !this.head.details) return
  const middle = [this.width / 2, this.height / 2]
  const from = this.at < 0 ? middle : this.toPixel(this.placeOf(this.at))
  const next = this.nearest(from, Infinity, this.at < 0 ? null : direction)
  if (next < 0) return
  this.lookAt(next)
  const [px, py] = this.toPixel(this.placeOf(next))
  if (px < 0 || py < 0 || px > this.width || py > this.height) {
    const [x, y] = this.placeOf(next)
    this.move(x - this.view.x, y - this.view.y)
  }
}

Picture.prototype.placeOf = function (i) { return [this.xy[2 * i], this.xy[2 * i + 1]] }

Picture.prototype.lookAt = function (place) {
  if (place === this.at) return
  this.at = place
  if (place >= 0 && !this.details.has(place))
    this.tell("resting", { points: this.head.points, place })
  this.fillCard()
  this.annotate()
}

Picture.prototype.learn = function (detail) {
  if (!detail) return
  this.details.set(detail.place, detail)
  if (detail.place === this.at) this.fillCard()
}

Picture.prototype.fillCard = function () {
  const card = this.find(".detail"), detail = this.details.get(this.at)
  card.hidden = this.at < 0
  if (card.hidden) return card.replaceChildren()
  const line = (name, text) => {
    const made = document.createElement(name)
    made.textContent = text
    return made
  }
  if (!detail) return card.replaceChildren(line("p", "…"))
  const row = (name, cells) => {
    const made = document.createElement("tr")
    made.append(...cells.map(text => line(name, text)))
    return made
  }
  const parts = detail.parts.map(({ columns, rows }) => {
    const table = document.createElement("table")
    table.append(row("th", columns), ...rows.map(cells => row("td", cells)))
    return table
  })
  card.replaceChildren(line("strong", detail.title), ...parts)
  this.placeCard()
}

Picture.prototype.placeCard = function () {           // beside the point, where there is room
  const card = this.find(".detail")
  if (this.at < 0 || card.hidden) return
  const [px, py] = this.toPixel(this.placeOf(this.at))
  const { offsetWidth: w, offsetHeight: h } = card
  const left = px + 16 + w < this.width ? px + 16 : px - 16 - w
  card.style.left = `${Math.max(4, Math.min(this.width - w - 4, left))}px`
  card.style.top = `${Math.max(4, Math.min(this.height - h - 4, py - h / 2))}px`
}
