// @ts-check
// A line chart in SVG, both axes logarithmic: what grows as fast as its cause is a straight line.

/** @typedef {{ name: string, points: readonly { x: number, y: number }[] }} Line */

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [640, 400, 70, 20, 40, 50]
const COLOURS = ['#0b6e4f', '#c8553d', '#3d5a80', '#8a5a00']

/** The powers of ten around the values. @param {readonly number[]} values */
const decades = (values) => [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values)))]

/** @param {number} exponent */
const label = (exponent) => (exponent < 0 ? (10 ** exponent).toFixed(-exponent) : (10 ** exponent).toLocaleString('en'))

/** @param {string} text */
const asText = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/**
 * @param {{ title: string, x: string, y: string, lines: readonly Line[] }} chart
 * @returns {string} SVG
 */
export const plot = ({ title, x, y, lines }) => {
  const points = lines.flatMap((line) => line.points)
  const [fromX = 0, toX = 1] = decades(points.map((point) => point.x))
  const [fromY = 0, toY = 1] = decades(points.map((point) => point.y))
  const [width, height] = [WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM]
  const atX = (/** @type {number} */ log) => LEFT + ((log - fromX) / Math.max(1, toX - fromX)) * width
  const atY = (/** @type {number} */ log) => TOP + height - ((log - fromY) / Math.max(1, toY - fromY)) * height
  const grid = []
  for (let log = fromX; log <= toX; log++)
    grid.push(
      `<path d="M${atX(log)} ${TOP}v${height}"/><text x="${atX(log)}" y="${HEIGHT - 30}" text-anchor="middle">${label(log)}</text>`,
    )
  for (let log = fromY; log <= toY; log++)
    grid.push(
      `<path d="M${LEFT} ${atY(log)}h${width}"/><text x="${LEFT - 6}" y="${atY(log) + 4}" text-anchor="end">${label(log)}</text>`,
    )
  const drawn = lines.map((line, index) => {
    const colour = COLOURS[index % COLOURS.length]
    const places = line.points.map((point) => ({ x: atX(Math.log10(point.x)), y: atY(Math.log10(point.y)) }))
    const path = places.map((place) => `${place.x.toFixed(1)},${place.y.toFixed(1)}`).join(' ')
    const dots = places.map((place) => `<circle cx="${place.x.toFixed(1)}" cy="${place.y.toFixed(1)}" r="3"/>`).join('')
    const key = `<text x="${LEFT + 12}" y="${TOP + 18 + index * 16}" stroke="none">${asText(line.name)}</text>`
    return `<g fill="${colour}" stroke="${colour}"><polyline points="${path}" fill="none" stroke-width="2"/>${dots}${key}</g>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img" aria-labelledby="title">`,
    `<title id="title">${asText(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${WIDTH / 2}" y="22" text-anchor="middle" font-size="15">${asText(title)}</text>`,
    `<g stroke="#ddd" fill="#444"><g stroke-width="1">${grid.join('').replaceAll('<text', '<text stroke="none"')}</g></g>`,
    `<text x="${LEFT + width / 2}" y="${HEIGHT - 8}" text-anchor="middle" fill="#444">${asText(x)}</text>`,
    `<text x="16" y="${TOP + height / 2}" text-anchor="middle" fill="#444" transform="rotate(-90 16 ${TOP + height / 2})">${asText(y)}</text>`,
    ...drawn,
    '</svg>',
    '',
  ].join('\n')
}
