// Sixty minutes of one target: delivered, retried and dead, stacked.
import { html } from '../html.js';
import { plural } from '../format.js';

const WIDTH = 180;
const HEIGHT = 26;

export function Sparkline({ minutes }) {
  const { delivered, retried, dead } = minutes;
  const sums = delivered.map((value, i) => value + retried[i] + dead[i]);
  const top = Math.max(1, ...sums);
  const step = WIDTH / delivered.length;
  const total = (values) => values.reduce((sum, value) => sum + value, 0);
  const label =
    `Last hour: ${plural(total(delivered), 'attempt')} delivered, ` +
    `${total(retried)} to be retried, ${total(dead)} dead`;
  const bars = delivered.map((value, i) => {
    let bottom = HEIGHT;
    const bar = (kind, count) => {
      // What failed is seen even where it is little.
      const height = count === 0 ? 0 : Math.max(kind === 'delivered' ? 1 : 2, (count / top) * HEIGHT);
      bottom -= height;
      return count === 0
        ? null
        : html`<rect class=${kind} x=${i * step} y=${bottom} width=${step - 0.6} height=${height} />`;
    };
    return [bar('delivered', value), bar('retried', retried[i]), bar('dead', dead[i])];
  });
  return html`<svg class="sparkline" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${label}>
    <title>${label}</title>
    <line class="base" x1="0" x2=${WIDTH} y1=${HEIGHT - 0.5} y2=${HEIGHT - 0.5} />
    ${bars}
  </svg>`;
}
