// A retry schedule drawn: what was planned, what really happened, what is still to come.
import { html, useState } from '../html.js';
import { duration, result } from '../format.js';

const WIDTH = 960;
const HEIGHT = 132;
const LEFT = 16;
const RIGHT = 46;
const AXIS = 84;
const LABEL_GAP = 46;

/** Seconds to a place on the axis; the logarithm keeps early retries apart from late ones. */
function scale(logarithmic, longest) {
  const place = logarithmic ? (ms) => Math.log10(1 + Math.max(0, ms) / 1000) : (ms) => Math.max(0, ms);
  const most = place(longest) || 1;
  return (ms) => LEFT + (place(ms) / most) * (WIDTH - LEFT - RIGHT);
}

/** Labels in their order, less those that would stand on one another. */
function apart(ticks, x) {
  let last = -Infinity;
  return ticks.filter((tick) => {
    const fits = x(tick.offset) - last >= LABEL_GAP;
    if (fits) last = x(tick.offset);
    return fits;
  });
}

function Mark({ kind, x }) {
  if (kind === 'delivered') return html`<circle class="mark delivered" cx=${x} cy=${AXIS - 26} r="6" />`;
  if (kind === 'dead') {
    return html`<rect class="mark dead" x=${x - 5.5} y=${AXIS - 31.5} width="11" height="11" />`;
  }
  return html`<path class="mark retried" d="M${x} ${AXIS - 33}l7 13h-14z" />`;
}

/**
 * The drawing.
 *
 * @param ticks planned attempts: {number, offset, earliest, latest} in ms from the end of the first
 * @param attempts real ones: {number, offset, due, kind, label, deferral}
 * @param window where the jitter may fall: [from, to], or null
 * @param cap ms behind which no retry is due, or null
 * @param now ms, or null
 */
export function ScheduleDrawing({ name, ticks, attempts = [], window: jitter, cap, now = null }) {
  const [logarithmic, setLogarithmic] = useState(true);
  const furthest = Math.max(
    1000, ...ticks.map((tick) => tick.latest), ...attempts.map((attempt) => attempt.offset),
    now !== null && now < (cap ?? Infinity) ? now : 0);
  // A wall far behind the last retry stands at the edge.
  const longest = cap !== null && cap <= furthest * 4 ? cap : furthest * 1.08;
  const x = scale(logarithmic, longest);
  const wall = Math.min(x(cap ?? longest), WIDTH - RIGHT + 14);
  const summary =
    `${attempts.length} attempts made, ${ticks.length} planned` +
    (cap === null ? '' : `, none due later than ${duration(cap)} after the first failure`);
  return html`<figure class="schedule" data-testid=${`schedule-${name}`}>
    <figcaption>
      <ul class="legend">
        <li><svg viewBox="0 0 16 16" aria-hidden="true"><circle class="mark delivered" cx="8" cy="8" r="6" /></svg>delivered</li>
        <li><svg viewBox="0 0 16 16" aria-hidden="true"><path class="mark retried" d="M8 2l7 12h-14z" /></svg>to be retried</li>
        <li><svg viewBox="0 0 16 16" aria-hidden="true"><rect class="mark dead" x="3" y="3" width="10" height="10" /></svg>dead</li>
        <li><svg viewBox="0 0 16 16" aria-hidden="true"><line class="tick" x1="8" x2="8" y1="1" y2="15" /></svg>planned</li>
        <li><svg viewBox="0 0 16 16" aria-hidden="true"><rect class="jitter" x="1" y="2" width="14" height="12" /></svg>jitter window</li>
        <li><svg viewBox="0 0 16 16" aria-hidden="true"><rect class="deferral" x="1" y="4" width="14" height="8" /></svg>deferred</li>
      </ul>
      <button type="button" aria-pressed=${logarithmic} onClick=${() => setLogarithmic(!logarithmic)}>
        Logarithmic
      </button>
    </figcaption>
    <div class="scrolling" tabindex="0" role="region" aria-label=${`Schedule for ${name}`}>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${summary}>
      ${jitter && html`<rect class="jitter" x=${x(jitter[0])} y=${AXIS - 44}
        width=${Math.max(2, x(jitter[1]) - x(jitter[0]))} height="44"><title>The jitter of the first retry falls here</title></rect>`}
      ${ticks.filter((tick) => tick.latest > tick.earliest).map((tick) => html`<rect class="jitter"
        x=${x(tick.earliest)} y=${AXIS - 12} width=${x(tick.latest) - x(tick.earliest)} height="12" />`)}
      <line class="axis" x1=${LEFT} x2=${WIDTH - RIGHT} y1=${AXIS} y2=${AXIS} />
      ${ticks.map((tick) => html`<line class="tick" data-planned=${tick.number} data-offset-ms=${Math.round(tick.offset)}
        x1=${x(tick.offset)} x2=${x(tick.offset)} y1=${AXIS - 14} y2=${AXIS + 5}>
        <title>Attempt ${tick.number}: planned ${duration(tick.offset)} after the first</title></line>`)}
      ${attempts.map((attempt) => html`<g key=${attempt.number} data-attempt=${attempt.number}
          data-offset-ms=${Math.round(attempt.offset)} data-due-ms=${Math.round(attempt.due)}>
        <title>${attempt.label}</title>
        ${attempt.deferral && html`<rect class="deferral" x=${x(attempt.due)} y=${AXIS - 31}
          width=${Math.max(1, x(attempt.offset) - x(attempt.due))} height="10" />`}
        <line class="tick past" x1=${x(attempt.due)} x2=${x(attempt.due)} y1=${AXIS - 8} y2=${AXIS + 5} />
        <${Mark} kind=${attempt.kind} x=${x(attempt.offset)} />
        <text class="number" x=${x(attempt.offset)} y=${AXIS - 42}>${attempt.number}</text>
      </g>`)}
      ${apart([...attempts.map((a) => ({ offset: a.due })), ...ticks].sort((a, b) => a.offset - b.offset), x)
        .map((tick) => html`<text class="offset" x=${x(tick.offset)} y=${AXIS + 22}>${tick.offset <= 0 ? '0' : duration(tick.offset)}</text>`)}
      ${cap !== null && html`<g class="cap"><line x1=${wall} x2=${wall} y1="18" y2=${AXIS + 10} />
        <text x=${wall} y="12">${duration(cap)}</text><title>No retry is due later than this</title></g>`}
      ${now !== null && now >= 0 && now <= longest && html`<g class="now"><line x1=${x(now)} x2=${x(now)} y1="26" y2=${AXIS + 30} />
        <text x=${x(now)} y=${AXIS + 42}>now</text></g>`}
    </svg>
    </div>
  </figure>`;
}

/** A delivery as the drawing wants it: times from the end of the series' first attempt. */
export function drawn(delivery, now) {
  const made = delivery.attemptList.filter((attempt) => attempt.series === delivery.series);
  const at = (instant) => new Date(instant).getTime();
  const first = made[0];
  const origin = first
    ? at(first.startedAt) + first.latencyMs
    : delivery.plan.length > 0 ? at(delivery.plan[0].earliest) : at(delivery.updatedAt);
  const attempts = made.map((attempt, i) => {
    const last = i === made.length - 1;
    const good = attempt.status !== null && Math.floor(attempt.status / 100) === 2;
    const dead = last && delivery.state === 'dead';
    return {
      number: attempt.number,
      offset: Math.max(0, at(attempt.startedAt) - origin),
      due: Math.max(0, at(attempt.dueAt) - origin),
      kind: good ? 'delivered' : dead ? 'dead' : 'retried',
      label: `Attempt ${attempt.number}: ${result(attempt)}, ${duration(attempt.driftMs)} after its instant` +
        (attempt.deferral ? `, deferred: ${attempt.deferral}` : ''),
      deferral: attempt.deferral,
    };
  });
  const ticks = delivery.plan.map((planned) => ({
    number: planned.number,
    offset: at(planned.earliest) - origin,
    earliest: at(planned.earliest) - origin,
    latest: at(planned.latest) - origin,
  }));
  const policy = delivery.policy;
  return {
    attempts,
    ticks,
    window: policy && policy.jitterOn === 'first' && first && attempts.length + ticks.length > 1
      ? [policy.jitterMinMs, policy.jitterMaxMs] : null,
    cap: policy ? policy.maxDurationMs : null,
    now: delivery.state === 'pending' ? now - origin : null,
  };
}
