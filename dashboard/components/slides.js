// One message a screen. Every text enters as text, so a name from the data is never markup.

const DECKS = new WeakMap()

export default function (component) {
  const { data, parentElement } = component
  const root = parentElement.querySelector(".root")
  if (!root || !data) return
  let deck = DECKS.get(root)
  if (!deck) DECKS.set(root, (deck = new Deck(root)))
  deck.load(data)
}

class Deck {
  constructor(root) {
    this.find = selector => root.querySelector(selector)
    this.dialog = this.find("dialog")
    this.place = 0
    this.find(".open").addEventListener("click", () => this.open())
    this.dialog.addEventListener("keydown", event => this.press(event))
    this.dialog.addEventListener("click", event => this.act(event.target.dataset.do))
    this.dialog.addEventListener("close", () => {
      if (document.fullscreenElement) document.exitFullscreen()
      this.find(".open").focus()
    })
  }

  load(data) {
    this.slides = data.slides
    this.find(".foot").textContent = data.footer
    this.find(".open").textContent = `Present (${data.slides.length} screens)`
    if (this.dialog.open) this.go(Math.min(this.place, this.slides.length - 1))
  }

  open() {
    this.dialog.showModal()
    this.dialog.requestFullscreen?.().catch(() => {})     // where it is refused the window serves
    this.go(0)
  }

  press(event) {
    event.stopPropagation()                               // the page has shortcuts of its own
    const last = this.slides.length - 1
    const isButton = event.target.matches?.("button") && [" ", "Enter"].includes(event.key)
    const to = {
      ArrowRight: this.place + 1, PageDown: this.place + 1, " ": this.place + 1,
      ArrowLeft: this.place - 1, PageUp: this.place - 1, Home: 0, End: last,
    }[event.key]
    if (to !== undefined && !isButton) {
      event.preventDefault()
      this.go(to)
    } else if (event.key === "n" || event.key === "N") {
      this.find(".notes").hidden = !this.find(".notes").hidden
    }
  }

  act(what) {
    if (what === "next") this.go(this.place + 1)
    if (what === "back") this.go(this.place - 1)
    if (what === "close") this.dialog.close()
  }

  go(place) {
    const last = this.slides.length - 1
    this.place = Math.max(0, Math.min(last, place))
    const slide = this.slides[this.place], stage = this.find(".slide")
    const title = make("h2", slide.message)
    title.classList.toggle("long", slide.message.length > 70)
    stage.replaceChildren(title, ...drawBlock(slide.block))
    stage.scrollTop = 0
    stage.focus()
    this.find(".count").textContent = `${this.place + 1} of ${last + 1}`
    this.find(".notes").textContent = slide.notes
    this.find("[data-do=back]").disabled = this.place === 0
    this.find("[data-do=next]").disabled = this.place === last
  }
}
