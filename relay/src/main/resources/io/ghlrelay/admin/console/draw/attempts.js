// A schedule as a table: the same as the drawing, in words.
import {html} from '../html.js';
import {None, Scroll, Time} from '../parts/basics.js';
import {attemptState, Mark} from '../parts/marks.js';
import {countdown, deferral, drift, duration, exactTime, offset, result} from '../format.js';

/** Attempts of a delivery, made and still planned. */
export function AttemptsTable({name, timeline, now}) {
  const open = timeline.planned.filter((one) => !one.made);
  return html`
    <${Scroll} label=${`Attempts for ${name}, as a table`}>
      <table data-testid=${`attempts-${name}`}>
        <caption class="hidden-text">Attempts for ${name}; planned times count from the end of the first attempt</caption>
        <thead><tr>
          <th scope="col" class="right">Attempt</th><th scope="col">Planned</th><th scope="col">Started</th>
          <th scope="col" class="right">Off by</th><th scope="col">Result</th><th scope="col" class="right">Took</th>
          <th scope="col">Held back</th><th scope="col">Answer begins</th>
        </tr></thead>
        <tbody>
          ${timeline.attempts.map((attempt) => html`
            <tr>
              <th scope="row" class="right">${attempt.number}</th>
              <td><${Time} at=${attempt.dueAt} format=${exactTime} /></td>
              <td><${Time} at=${attempt.startedAt} format=${exactTime} /></td>
              <td class="right">${drift(attempt.driftMs)}</td>
              <td><${Result} attempt=${attempt} /></td>
              <td class="right">${duration(attempt.latencyMs)}</td>
              <td>${attempt.deferral ? deferral(attempt.deferral) : html`<${None} text="no" />`}</td>
              <td class="answer">${attempt.responseStart ? html`<code>${attempt.responseStart}</code>` : html`<${None} text="nothing" />`}</td>
            </tr>`)}
          ${open.map((one) => html`
            <tr class="open">
              <th scope="row" class="right">${one.number}</th>
              <td>${between(one)}</td>
              <td>${due(timeline.zeroAt + one.earliestMs - now)}</td>
              <td colspan="5" class="muted">planned, if the one before fails</td>
            </tr>`)}
        </tbody>
      </table>
    <//>`;
}

const Result = ({attempt}) => {
  const {shape, tone} = attemptState(attempt);
  return html`<span class=${`state ${tone}`}><${Mark} shape=${shape} tone=${tone} />${result(attempt)}</span>`;
};

const between = ({earliestMs, latestMs}) =>
  earliestMs === latestMs ? `+${offset(Math.max(0, earliestMs))}` : `+${offset(earliestMs)} to ${offset(latestMs)}`;

const due = (millis) => (millis > 0 ? `in ${countdown(millis)}` : 'due now');

/** A policy's schedule. */
export const PlanTable = ({timeline}) => html`
  <${Scroll} label="The schedule as a table">
    <table data-testid="plan">
      <caption class="hidden-text">Attempts of the policy, counted from the end of the first one</caption>
      <thead><tr>
        <th scope="col" class="right">Attempt</th><th scope="col" class="right">After the first</th>
        <th scope="col" class="right">After the one before</th><th scope="col" class="right">Earliest</th><th scope="col" class="right">Latest</th>
      </tr></thead>
      <tbody>
        ${timeline.planned.map((one, i, all) => html`
          <tr>
            <th scope="row" class="right">${one.number}</th>
            <td class="right">${i ? offset(one.offsetMs) : 'at once'}</td>
            <td class="right">${i ? offset(one.offsetMs - all[i - 1].offsetMs) : html`<${None} />`}</td>
            <td class="right">${i ? offset(one.earliestMs) : html`<${None} />`}</td>
            <td class="right">${i ? offset(one.latestMs) : html`<${None} />`}</td>
          </tr>`)}
      </tbody>
    </table>
  <//>`;
