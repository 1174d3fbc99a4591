"""The contrast of every text that a page shows, as the browser paints it (WCAG 2)."""

READ = """() => {
  const parse = text => {
    const canvas = parse.canvas ??= new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true})
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = text
    canvas.fillRect(0, 0, 1, 1)
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data
    return [r, g, b, a / 255]
  }
  const over = (top, below) => [0, 1, 2].map(k => top[k] * top[3] + below[k] * (1 - top[3]))
  const page = [...parse(getComputedStyle(document.querySelector(".stApp")).backgroundColor)]
  const beneath = (node, box) => {
    const stack = document.elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2)
    const layers = stack.slice(stack.indexOf(node)).reverse()
    return layers.reduce((below, one) => over(parse(getComputedStyle(one).backgroundColor), below),
                         page.slice(0, 3))
  }
  const shown = node => {
    let share = 1
    for (let one = node; one; one = one.parentElement) share *= +getComputedStyle(one).opacity
    return share
  }
  const light = colour => {
    const [r, g, b] = colour.map(c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const found = []
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walk.nextNode()) {
    const text = walk.currentNode.data.trim(), node = walk.currentNode.parentElement
    if (!text || !node.checkVisibility({checkOpacity: true, checkVisibilityCSS: true})) continue
    const box = node.getBoundingClientRect()
    if (box.width < 2 || box.height < 2) continue
    if (!document.elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2).includes(node))
      continue  // scrolled away, or under something else
    if (node.closest("[disabled], [data-disabled], [aria-disabled=true], script, style, noscript, canvas")) continue
    const style = getComputedStyle(node)
    const below = beneath(node, box)
    const own = parse(node.closest("svg text") ? style.fill : style.color)
    own[3] *= shown(node)
    const [high, low] = [light(over(own, below)), light(below)].sort((a, b) => b - a)
    const size = parseFloat(style.fontSize), bold = +style.fontWeight >= 700
    found.push({text: text.slice(0, 60), ratio: (high + 0.05) / (low + 0.05),
                large: size >= 24 || (bold && size >= 18.66)})
  }
  return found
}"""
LARGE, SMALL = 3.0, 4.5


def faint_texts(page):
    """The texts of a page that stand out too little: (text, ratio), and how many were looked at."""
    texts = page.evaluate(READ)
    return [
        (one["text"], round(one["ratio"], 2))
        for one in texts
        if one["ratio"] < (LARGE if one["large"] else SMALL)
    ], len(texts)
