// What the browser keeps: places and colours by their content, so that nothing is sent twice.

const HELD = new Map(), MOST_BYTES = 96 * 2 ** 20
const ASK_AGAIN_MS = 15000

function hold(id, bytes) {               // the least used makes room
  HELD.set(id, bytes)
  let size = [...HELD.values()].reduce((sum, one) => sum + one.byteLength, 0)
  for (const [other, one] of HELD) {
    if (size <= MOST_BYTES || HELD.size <= 2) return
    HELD.delete(other)
    size -= one.byteLength
  }
}

function held(id) {
  const bytes = HELD.get(id)
  if (bytes && HELD.delete(id)) HELD.set(id, bytes)
  return bytes
}

// uint32 length of the header, the header in JSON, then the bytes of every [id, length] it sends
function readPayload(data) {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data)
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)))
  let start = 4 + length
  for (const [id, size] of head.sent) hold(id, bytes.slice(start, (start += size)).buffer)
  return head
}

// Places and colours of a picture; what is missing is asked for, and asked again if lost on the way
Picture.prototype.fetched = function (head) {
  const [places, entries] = [held(head.points), held(head.colours)]
  clearTimeout(this.waiting)
  if (places && entries) {
    this.asked = ""
    return { xy: new Float32Array(places), entry: new Uint8Array(entries) }
  }
  const missing = [places ? null : head.points, entries ? null : head.colours].filter(Boolean)
  this.waiting = setTimeout(() => { this.asked = ""; this.fetched(head) }, ASK_AGAIN_MS)
  if (this.asked !== `${missing}`) this.tell("wanted", missing)
  this.asked = `${missing}`
  if (!this.entry) this.say("Loading the points …")
  return null
}
