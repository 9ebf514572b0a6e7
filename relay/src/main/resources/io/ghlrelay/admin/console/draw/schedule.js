// A retry schedule drawn: what was planned, within which jitter, what was done, what held it back,
// and the limit behind which nothing is tried. A table beside it says the same in words.
import {html, useEffect, useRef, useState} from '../html.js';
import {Choice} from '../parts/basics.js';
import {attemptState, Mark, MarkAt} from '../parts/marks.js';
import {deferral, drift, offset, result} from '../format.js';
import {extent} from './timeline.js';
import {scale, uncrowded} from './scale.js';

// The rows of the drawing, from the top, in pixels; without attempts there are fewer.
const ROWS = {flags: 11, results: 29, attempts: 44, drifts: 63, planned: 84, numbers: 105, axis: 114, labels: 134, height: 138};
const ROWS_PLANNED = {flags: 11, planned: 34, numbers: 56, axis: 66, labels: 86, height: 90};

const LEFT = 58;
const LEFT_NARROW = 26;
const RIGHT = 26;
const NARROW = 520;

/** Room for a label such as "503" or "+1.2 ms", in pixels. */
const LABEL = 44;
const NUMBER = 15;

function useWidth() {
  const element = useRef(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry.contentRect.width)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}

/**
 * @param {object} props
 * @param {string} props.name what it is the schedule of; also names its test id
 * @param {import('./timeline.js').Timeline} props.timeline
 * @param {number|null} props.nowMs the present as an offset; null = it has none on this schedule
 */
export function Schedule({name, timeline, nowMs = null}) {
  const [axis, setAxis] = useState('log');
  const [element, width] = useWidth();
  return html`
    <figure class="schedule" ref=${element}>
      <div class="schedule-head">
        <${Legend} timeline=${timeline} />
        <${Choice} label="Time axis" value=${axis} onChange=${setAxis} options=${[['log', 'Log'], ['linear', 'Linear']]} />
      </div>
      ${width > 0 && html`<${Drawing} ...${{name, timeline, nowMs, width}} logarithmic=${axis === 'log'} />`}
    </figure>`;
}

function Drawing({name, timeline, nowMs, width, logarithmic}) {
  const left = width < NARROW ? LEFT_NARROW : LEFT;
  const {x, ticks} = scale(logarithmic, extent(timeline, nowMs), left, width - RIGHT);
  const hatch = `hatch-${name}`;
  const rows = timeline.attempts.length ? ROWS : ROWS_PLANNED;
  return html`
    <svg width=${width} height=${rows.height} role="img" aria-label=${summary(name, timeline)} data-testid=${`schedule-${name}`}>
      <defs><pattern id=${hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect class="fill held-soft" width="6" height="6" /><rect class="fill held" width="2" height="6" />
      </pattern></defs>
      ${left === LEFT && html`
        ${timeline.attempts.length > 0 && html`<text class="row-name" x="0" y=${rows.attempts + 4}>made</text>`}
        <text class="row-name" x="0" y=${rows.planned + 4}>planned</text>`}
      <${Axis} ...${{x, rows, ticks, left}} right=${width - RIGHT} />
      ${timeline.capMs !== null && html`<${Limit} rows=${rows} x=${x(timeline.capMs)} capMs=${timeline.capMs} width=${width} />`}
      <${Planned} ...${{timeline, x, rows}} />
      ${nowMs !== null && html`<${Now} rows=${rows} x=${x(nowMs)} />`}
      <${Held} ...${{timeline, x, rows, hatch}} />
      <${Attempts} ...${{timeline, x, rows}} />
    </svg>`;
}

const Axis = ({x, rows, ticks, left, right}) => html`
  <g class="axis">
    <line x1=${left} x2=${right} y1=${rows.axis} y2=${rows.axis} />
    ${ticks.map((tick) => html`
      <line x1=${x(tick)} x2=${x(tick)} y1=${rows.axis} y2=${rows.axis + 5} />
      <text x=${x(tick)} y=${rows.labels} text-anchor="middle">${offset(tick).replace(/^0 s$/, '0')}</text>`)}
  </g>`;

const Limit = ({x, rows, capMs, width}) => html`
  <g class="limit">
    <title>No attempt is planned later than ${offset(capMs)} after the first one ended.</title>
    <rect class="beyond" x=${x} y=${rows.flags + 6} width=${Math.max(0, width - x)} height=${rows.axis - rows.flags - 6} />
    <line x1=${x} x2=${x} y1=${rows.flags + 6} y2=${rows.axis} />
    <text x=${Math.min(x + 4, width)} y=${rows.flags} text-anchor="end">limit ${offset(capMs)}</text>
  </g>`;

const Now = ({x, rows}) => html`
  <g class="now">
    <line x1=${x} x2=${x} y1=${rows.flags + 4} y2=${rows.axis} />
    <text x=${x} y=${rows.flags} text-anchor="middle">now</text>
  </g>`;

const Planned = ({timeline, x, rows}) => html`
  <g class="planned">
    ${timeline.planned.map((one) => one.windowMs && html`
      <rect class="jitter" x=${x(one.windowMs[0])} y=${rows.planned - 9} height="18" rx="2"
        width=${Math.max(2, x(one.windowMs[1]) - x(one.windowMs[0]))}>
        <title>Attempt ${one.number}: the jitter puts it between ${offset(one.windowMs[0])} and ${offset(one.windowMs[1])}</title>
      </rect>`)}
    ${timeline.planned.map((one) => html`
      <g data-planned=${one.number} data-offset-ms=${Math.round(one.offsetMs)}>
        <title>Attempt ${one.number}, planned at ${offset(one.offsetMs)}</title>
        ${one.made && html`<line class="to-attempt" x1=${x(one.offsetMs)} x2=${x(one.offsetMs)} y1=${rows.attempts} y2=${rows.planned} />`}
        <line class=${one.made ? 'tick' : 'tick open'} x1=${x(one.offsetMs)} x2=${x(one.offsetMs)} y1=${rows.planned - 9} y2=${rows.planned + 9} />
      </g>`)}
    ${uncrowded(timeline.planned, (one) => x(one.offsetMs), NUMBER).map((one) => html`
      <text x=${x(one.offsetMs)} y=${rows.numbers} text-anchor="middle">${one.number}</text>`)}
  </g>`;

const Held = ({timeline, x, rows, hatch}) => timeline.attempts.filter((attempt) => attempt.heldMs).map((attempt) => {
  const from = x(attempt.offsetMs - attempt.heldMs);
  const width = Math.max(3, x(attempt.offsetMs) - from);
  const words = deferral(attempt.deferral);
  return html`
    <g class="deferred" data-deferral=${attempt.deferral}>
      <title>Attempt ${attempt.number} was deferred by ${offset(attempt.heldMs)}: ${words}</title>
      <rect fill=${`url(#${hatch})`} x=${from} y=${rows.attempts - 8} width=${width} height="16" rx="2" />
      ${width > words.length * 6.5 && html`<text x=${from + width / 2} y=${rows.attempts + 4} text-anchor="middle">${words}</text>`}
    </g>`;
});

function Attempts({timeline, x, rows}) {
  const {attempts} = timeline;
  const at = (attempt) => x(attempt.offsetMs);
  const labelled = uncrowded(attempts, at, LABEL);
  return html`
    <g class="attempts">
      ${attempts.map((attempt) => {
        const {shape, tone} = attemptState(attempt);
        return html`
          <g data-attempt=${attempt.number} data-offset-ms=${Math.round(attempt.offsetMs)}>
            <title>${`Attempt ${attempt.number} at ${offset(Math.max(0, attempt.offsetMs))}: ${result(attempt)}, `
              + `${drift(attempt.driftMs)} from its plan`}</title>
            <${MarkAt} shape=${shape} tone=${tone} x=${at(attempt)} y=${rows.attempts} scale=${1.15} />
          </g>`;
      })}
      ${labelled.map((attempt) => html`
        <text class="result" x=${at(attempt)} y=${rows.results} text-anchor="middle">${attempt.status ?? attempt.error}</text>
        <text class="drift" x=${at(attempt)} y=${rows.drifts} text-anchor="middle">${drift(attempt.driftMs)}</text>`)}
    </g>`;
}

/** Explains only what the drawing has. */
const Legend = ({timeline}) => {
  const {attempts, planned} = timeline;
  const states = new Map(attempts.map((attempt) => {
    const state = attemptState(attempt);
    return [state.text, state];
  }));
  return html`
    <figcaption class="legend">
      ${[...states.values()].map(({shape, tone, text}) => html`<span><${Mark} shape=${shape} tone=${tone} />${text}</span>`)}
      ${planned.length > 0 && html`<span><i class="key tick"></i>planned</span>`}
      ${planned.some((one) => one.windowMs) && html`<span><i class="key jitter"></i>where the jitter may put it</span>`}
      ${attempts.some((attempt) => attempt.heldMs) && html`<span><i class="key held"></i>deferred</span>`}
    </figcaption>`;
};

function summary(name, {attempts, planned, capMs}) {
  const open = planned.filter((one) => !one.made);
  return [
    `Schedule of ${name}.`,
    attempts.length > 0 && `${attempts.length} made, the last one ended with ${result(attempts.at(-1))}.`,
    open.length > 0 && `${open.length} planned, the last one at ${offset(open.at(-1).offsetMs)}.`,
    capMs !== null && `Limit ${offset(capMs)}.`,
    'The table has every attempt.',
  ].filter(Boolean).join(' ');
}
