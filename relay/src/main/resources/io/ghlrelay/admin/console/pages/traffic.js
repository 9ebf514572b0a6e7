// The last hour by minute, and the last day by type and by location, so that silence shows.
import {html} from '../html.js';
import {api} from '../api.js';
import {relayNow} from '../clock.js';
import {count, number, span} from '../format.js';
import {link} from '../router.js';
import {Loading, None, Problem, Scroll, Time} from '../parts/basics.js';
import {useLoaded} from '../parts/load.js';
import {Chart} from '../draw/chart.js';
import {Hours} from '../draw/hours.js';

const REFRESH_MILLIS = 10_000;

// Told apart without colour too: by dashes and by what they do.
const SERIES = [
  {key: 'accepted', label: 'accepted', colour: '--accent', width: 2.25},
  {key: 'delivered', label: 'delivered', colour: '--good', dash: [8, 4]},
  {key: 'retried', label: 'to be retried', colour: '--warn', dash: [2, 3]},
  {key: 'dead', label: 'given up', colour: '--bad', dash: [10, 3, 2, 3]},
];

export const Traffic = () => html`
  <header class="page-head"><div><h1>Traffic</h1>
    <p class="muted">What came and what became of it. An event for three targets is delivered three times.</p></div></header>
  <${Activity} />
  <${Counts} by="type" title="By type" />
  <${Counts} by="location" title="By location" />`;

function Activity() {
  const {data, error, load} = useLoaded(api.activity, [], REFRESH_MILLIS);
  return html`
    <section class="panel" aria-labelledby="hour">
      <div class="panel-head"><h2 id="hour">Last hour, by minute</h2>
        <ul class="legend">${SERIES.map((one) => html`
          <li><svg width="26" height="8" aria-hidden="true"><line class=${`stroke ${one.colour.slice(2)}`} x1="0" x2="26" y1="4" y2="4"
            stroke-dasharray=${one.dash?.join(' ')} /></svg>${one.label}</li>`)}</ul></div>
      <${Problem} error=${error} retry=${load} />
      ${!data && !error && html`<${Loading} />`}
      ${data && html`
        <p class="muted">The last minute is still running.</p>
        <${Chart} label="Events of the last hour by minute; the table below has the numbers" data=${plotted(data)} series=${SERIES} />
        <details><summary>The minutes as a table</summary><${Minutes} data=${data} /></details>`}
    </section>`;
}

function plotted(data) {
  const from = Date.parse(data.from) / 1000;
  return [data.accepted.map((_, i) => from + i * data.stepSeconds), ...SERIES.map(({key}) => data[key])];
}

const COLUMNS = [['accepted', 'Accepted'], ['duplicates', 'Duplicates'], ['refused', 'Refused'],
  ['signatureFailures', 'Bad signatures'], ['delivered', 'Delivered'], ['retried', 'To be retried'], ['dead', 'Given up']];

function Minutes({data}) {
  const from = Date.parse(data.from);
  const rows = data.accepted.map((_, i) => i).reverse();
  return html`
    <${Scroll} label="The last hour as a table">
      <table data-testid="minutes">
        <thead><tr><th scope="col">Minute</th>${COLUMNS.map(([, name]) => html`<th scope="col" class="right">${name}</th>`)}</tr></thead>
        <tbody>${rows.map((i) => html`
          <tr><th scope="row"><${Time} at=${new Date(from + i * data.stepSeconds * 1000).toISOString()} /></th>
            ${COLUMNS.map(([key]) => html`<td class="right">${number(data[key][i])}</td>`)}</tr>`)}</tbody>
      </table>
    <//>`;
}

function Counts({by, title}) {
  const {data, error, load} = useLoaded(() => api.counts(by), [by], REFRESH_MILLIS);
  return html`
    <section class="panel" aria-labelledby=${`by-${by}`} data-testid=${`by-${by}`}>
      <h2 id=${`by-${by}`}>${title}</h2>
      <${Problem} error=${error} retry=${load} />
      ${!data && !error && html`<${Loading} />`}
      ${data && (data.items.length === 0
        ? html`<p class="empty muted">No event has come since the relay started.</p>`
        : html`<${CountsTable} ...${{by, data}} />`)}
      ${data?.others > 0 && html`<p class="muted">and ${count(data.others, by)} more.</p>`}
    </section>`;
}

const ago = (instant) => `${span(relayNow() - Date.parse(instant))} ago`;

const CountsTable = ({by, data}) => html`
  <table class="counts">
    <thead><tr><th scope="col">${by === 'type' ? 'Type' : 'Location'}</th><th scope="col">Last 24 hours</th>
      <th scope="col" class="right">Events</th><th scope="col" class="right wide">Last received</th></tr></thead>
    <tbody>${data.items.map((item) => html`
      <tr>
        <th scope="row">${item.name === null ? html`<${None} text=${`no ${by}`} />`
          : html`<a href=${link('/', {q: `${by}:${item.name}`})}>${by === 'type' ? item.name : html`<code>${item.name}</code>`}</a>`}</th>
        <td><${Hours} name=${item.name ?? `no ${by}`} hours=${item.hours} from=${Date.parse(data.from)} since=${Date.parse(data.since)} /></td>
        <td class="right">${number(item.total)}</td>
        <td class="right wide"><${Time} at=${item.lastReceivedAt} format=${ago} /></td>
      </tr>`)}</tbody>
  </table>`;
