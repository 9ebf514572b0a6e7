// A day in 24 cells, so that silence shows: a bar by how much came, a dash where nothing did.
import {html} from '../html.js';
import {count, number} from '../format.js';

const CELL = 9;
const HEIGHT = 22;
const HOUR = 3_600_000;

/** @param {{name: string, hours: number[], from: number, since: number}} props */
export function Hours({name, hours, from, since}) {
  const most = Math.max(1, ...hours);
  // Before the relay started nobody counted: that is no silence.
  const counted = hours.map((_, i) => from + (i + 1) * HOUR > since);
  const silent = hours.filter((value, i) => counted[i] && !value).length;
  const known = counted.filter(Boolean).length;
  return html`
    <svg class="hours" role="img" viewBox=${`0 0 ${CELL * hours.length} ${HEIGHT}`} width=${CELL * hours.length} height=${HEIGHT}
      aria-label=${`${name}: ${count(known, 'hour')} counted, ${silent} of them without an event, at most ${number(most)} in one`}>
      ${hours.map((value, i) => html`<g>
        <title>${hourOf(from + i * HOUR)}: ${counted[i] ? count(value, 'event') : 'not counted, the relay started later'}</title>
        <rect class="cell" x=${i * CELL} y="0" width=${CELL - 1} height=${HEIGHT} />
        ${cell(value, most, i, counted[i])}</g>`)}
    </svg>`;
}

function cell(value, most, i, counted) {
  const x = i * CELL;
  if (value) {
    const height = Math.max(3, (value / most) * HEIGHT);
    return html`<rect class="fill accent" x=${x} y=${HEIGHT - height} width=${CELL - 1} height=${height} rx="1" />`;
  }
  return counted && html`<rect class="gap" x=${x + 2} y=${HEIGHT - 3} width=${CELL - 5} height="1.5" />`;
}

const hourOf = (millis) => `${String(new Date(millis).getHours()).padStart(2, '0')}:00`;
