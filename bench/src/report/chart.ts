/** A line of a chart: points in ascending order of x, both greater than 0. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface ChartOptions {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** How the numbers at the axes are written. */
  readonly labelX: (value: number) => string;
  readonly labelY: (value: number) => string;
}

const WIDTH = 820;
const PLOT = { left: 70, top: 40, width: 470, height: 300 };
const HEIGHT = PLOT.top + PLOT.height + 50;
/** Okabe & Ito's colours, which colour-blind people can tell apart. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#999999'];

/** A chart with logarithmic axes, so that a constant ratio is a constant distance; as SVG that needs no script or font. */
export function lineChart(series: readonly Series[], options: ChartOptions): string {
  const points = series.flatMap((each) => each.points);
  const xs = [...new Set(points.map(([x]) => x))].sort((a, b) => a - b);
  const ys = decades(points.map(([, y]) => y));
  const atX = scale(xs[0]!, xs.at(-1)!, PLOT.left, PLOT.left + PLOT.width);
  const atY = scale(ys[0]!, ys.at(-1)!, PLOT.top + PLOT.height, PLOT.top);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(PLOT.left, 22, options.title, 'font-size="15" font-weight="bold"'),
    ...ys.map((y) => rule(PLOT.left, atY(y), PLOT.left + PLOT.width, atY(y))),
    ...ys.map((y) => text(PLOT.left - 8, atY(y) + 4, options.labelY(y), 'text-anchor="end"')),
    ...xs.map((x) => rule(atX(x), PLOT.top, atX(x), PLOT.top + PLOT.height)),
    ...xs.map((x) => text(atX(x), PLOT.top + PLOT.height + 18, options.labelX(x), 'text-anchor="middle"')),
    text(PLOT.left + PLOT.width / 2, HEIGHT - 10, options.x, 'text-anchor="middle"'),
    text(14, PLOT.top - 10, options.y, ''),
    ...series.flatMap((each, i) => line(each, i, atX, atY)),
    '</svg>',
    '',
  ].join('\n');
}

function line({ name, points }: Series, i: number, atX: Scale, atY: Scale): string[] {
  const colour = COLOURS[i % COLOURS.length]!;
  const dash = i < COLOURS.length ? '' : ' stroke-dasharray="6 3"';
  const at = points.map(([x, y]) => [round(atX(x)), round(atY(y))] as const);
  const legendX = PLOT.left + PLOT.width + 20;
  const legendY = PLOT.top + 10 + i * 20;
  return [
    `<polyline fill="none" stroke="${colour}" stroke-width="2"${dash} points="${at.map((pair) => pair.join(',')).join(' ')}"/>`,
    ...at.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3" fill="${colour}"/>`),
    `<line x1="${legendX}" y1="${legendY}" x2="${legendX + 22}" y2="${legendY}" stroke="${colour}" stroke-width="2"${dash}/>`,
    text(legendX + 28, legendY + 4, name, ''),
  ];
}

type Scale = (value: number) => number;

function scale(from: number, to: number, low: number, high: number): Scale {
  const range = Math.log(to) - Math.log(from);
  return (value) =>
    range === 0 ? (low + high) / 2 : low + ((Math.log(value) - Math.log(from)) / range) * (high - low);
}

/** The powers of ten around all values; at least two. */
function decades(values: readonly number[]): number[] {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
}

const rule = (x1: number, y1: number, x2: number, y2: number): string =>
  `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="#ddd"/>`;

const text = (x: number, y: number, content: string, attributes: string): string =>
  `<text x="${round(x)}" y="${round(y)}"${attributes && ` ${attributes}`}>${escape(content)}</text>`;

const round = (value: number): number => Math.round(value * 10) / 10;

const escape = (content: string): string =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
