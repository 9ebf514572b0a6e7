// An hour of a target, a bar a minute: delivered below, retried and dead on top.
import {html} from '../html.js';
import {number} from '../format.js';

const BAR = 3;
const HEIGHT = 26;
const KINDS = [['delivered', 'good'], ['retried', 'warn'], ['dead', 'bad']];

const sum = (values) => values.reduce((total, value) => total + value, 0);

export function Sparkline({name, minutes}) {
  const totals = minutes.delivered.map((value, i) => value + minutes.retried[i] + minutes.dead[i]);
  const most = Math.max(1, ...totals);
  const words = KINDS.map(([kind]) => `${number(sum(minutes[kind]))} ${kind}`).join(', ');
  return html`
    <svg class="sparkline" role="img" aria-label=${`${name}, last hour: ${words}`}
      viewBox=${`0 0 ${BAR * totals.length} ${HEIGHT}`} preserveAspectRatio="none">
      <title>Last hour: ${words}. Highest minute: ${number(most)}.</title>
      <line class="base" x1="0" x2=${BAR * totals.length} y1=${HEIGHT - 0.5} y2=${HEIGHT - 0.5} />
      ${totals.map((total, i) => total > 0 && bar(minutes, i, most))}
    </svg>`;
}

function bar(minutes, i, most) {
  let y = HEIGHT;
  return KINDS.map(([kind, tone]) => {
    const value = minutes[kind][i];
    if (!value) {
      return null;
    }
    // What is rare stays visible.
    const height = Math.max(1.5, (value / most) * (HEIGHT - 1));
    y -= height;
    return html`<rect class=${`fill ${tone}`} x=${i * BAR} y=${Math.max(0, y)} width=${BAR - 0.75} height=${height} />`;
  });
}
