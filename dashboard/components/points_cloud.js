// Drawing: a cloud of points with WebGL 2. Knows nothing of pages, mice or legends.

const VERTEX = `#version 300 es
in vec2 place; in float entry; in float chosen;
uniform vec2 scale, offset; uniform float size; uniform sampler2D palette;
out vec4 colour; flat out int shape; flat out float width;
void main() {
  vec4 look = texelFetch(palette, ivec2(int(entry), 0), 0);
  shape = int(look.a * 255.0 + 0.5);
  float bright = chosen > 0.5 ? 1.0 : 0.12;           // whole, so that a mark keeps its contrast
  colour = vec4(look.rgb, bright);
  width = size;
  gl_PointSize = size;
  gl_Position = shape == 0 ? vec4(2.0, 2.0, 2.0, 1.0) : vec4(place * scale + offset, 0.0, 1.0);
}`

const FRAGMENT = `#version 300 es
precision highp float;
in vec4 colour; flat in int shape; flat in float width; out vec4 pixel;
void main() {
  vec2 p = gl_PointCoord * 2.0 - 1.0;
  float edge;                                        // 1 on the outline, less inside
  if (width < 5.0 || shape == 1) edge = length(p);                            // circle
  else if (shape == 2) edge = max(abs(p.x), abs(p.y)) / 0.86;                 // square
  else if (shape == 3) edge = max(abs(p.x) * 1.1 - p.y * 0.55 + 0.4, p.y / 0.75);   // triangle
  else if (shape == 4) edge = abs(p.x) + abs(p.y);                            // diamond
  else edge = max(abs(p.x) * 1.1 + p.y * 0.55 + 0.4, -p.y / 0.75);            // triangle, down
  if (edge > 1.0) discard;
  vec3 rgb = width >= 6.0 && edge > 1.0 - 2.6 / width ? colour.rgb * 0.62 : colour.rgb;
  pixel = vec4(rgb * colour.a, colour.a);
}`

class Cloud {
  constructor(canvas) {
    this.canvas = canvas
    this.gl = canvas.getContext("webgl2", { antialias: false, preserveDrawingBuffer: true })
    if (this.gl) this.build()
  }

  build() {
    const gl = this.gl
    this.program = gl.createProgram()
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind)
      gl.shaderSource(shader, source)
      gl.compileShader(shader)
      gl.attachShader(this.program, shader)
    }
    gl.linkProgram(this.program)
    gl.useProgram(this.program)
    this.at = name => gl.getUniformLocation(this.program, name)
    this.buffers = {
      place: this.attribute("place", 2, gl.FLOAT),
      entry: this.attribute("entry", 1, gl.UNSIGNED_BYTE),
      chosen: this.attribute("chosen", 1, gl.UNSIGNED_BYTE),
    }
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture())
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST)
    gl.enable(gl.BLEND)
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
  }

  attribute(name, size, type) {
    const gl = this.gl, buffer = gl.createBuffer(), place = gl.getAttribLocation(this.program, name)
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer)
    gl.enableVertexAttribArray(place)
    gl.vertexAttribPointer(place, size, type, false, 0, 0)
    return buffer
  }

  upload(values) {
    for (const [name, array] of Object.entries(values)) {
      this.gl.bindBuffer(this.gl.ARRAY_BUFFER, this.buffers[name])
      this.gl.bufferData(this.gl.ARRAY_BUFFER, array, this.gl.STATIC_DRAW)
    }
  }

  paint(palette) {                       // rgba bytes of 256 entries; alpha is the shape, 0 hides
    const gl = this.gl
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, palette)
  }

  draw(count, scale, offset, size) {
    const gl = this.gl
    gl.viewport(0, 0, this.canvas.width, this.canvas.height)
    gl.clearColor(0, 0, 0, 0)
    gl.clear(gl.COLOR_BUFFER_BIT)
    gl.uniform2f(this.at("scale"), ...scale)
    gl.uniform2f(this.at("offset"), ...offset)
    gl.uniform1f(this.at("size"), size)
    gl.drawArrays(gl.POINTS, 0, count)
  }
}
