// The last hour drawn, and who has gone silent.
import { html, useEffect, useRef, useState } from '../html.js';
import uPlot from '../vendor/uplot.js';
import { number } from '../format.js';
import { Failure, Scrolling, Time, useApi } from '../parts.js';

const LINES = [
  ['accepted', 'Accepted', '--blue'],
  ['delivered', 'Delivered', '--green'],
  ['retried', 'To be retried', '--amber'],
  ['dead', 'Dead', '--red'],
];

export function Traffic() {
  const { data, error } = useApi('/api/v1/activity', {}, 10000);
  return html`<h1>Traffic</h1><${Failure} error=${error} />
    ${data && html`<${Chart} activity=${data} />`}
    <${Counts} by="type" title="By type" name="Type" />
    <${Counts} by="location" title="By location" name="Location" />`;
}

function Chart({ activity }) {
  const place = useRef(null);
  const plot = useRef(null);
  const start = new Date(activity.from).getTime() / 1000;
  const minutes = activity.accepted.map((_, i) => start + i * activity.stepSeconds);
  const data = [minutes, ...LINES.map(([key]) => activity[key])];
  useEffect(() => {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const axis = { stroke: colour('--quiet'), grid: { stroke: colour('--line') }, ticks: { stroke: colour('--line') } };
    const width = () => place.current.clientWidth;
    plot.current = new uPlot(
      {
        width: width(), height: 220,
        series: [{}, ...LINES.map(([, label, name]) => ({ label, stroke: colour(name), width: 2, points: { show: false } }))],
        axes: [axis, { ...axis, size: 60 }],
        scales: { y: { range: (_, least, most) => [0, Math.max(1, most)] } },
      },
      data, place.current);
    const resized = () => plot.current.setSize({ width: width(), height: 220 });
    window.addEventListener('resize', resized);
    return () => { window.removeEventListener('resize', resized); plot.current.destroy(); };
  }, []);
  useEffect(() => plot.current?.setData(data), [activity]);
  return html`<section aria-labelledby="hour"><h2 id="hour">The last hour, a minute</h2>
    <div ref=${place} class="chart" aria-hidden="true" data-testid="chart" />
    <details><summary>As a table</summary><${Scrolling} label="The last hour by minute"><table>
      <thead><tr><th scope="col">Minute</th>${LINES.map(([, label]) => html`<th scope="col" class="number">${label}</th>`)}</tr></thead>
      <tbody>${minutes.map((at, i) => html`<tr><th scope="row"><${Time} at=${new Date(at * 1000).toISOString()} /></th>
        ${LINES.map(([key]) => html`<td class="number">${number(activity[key][i])}</td>`)}</tr>`)}</tbody>
    </table><//></details></section>`;
}

function Counts({ by, title, name }) {
  const [limit, setLimit] = useState(20);
  const { data, error } = useApi('/api/v1/counts', { by, limit }, 10000);
  if (!data) return html`<${Failure} error=${error} />`;
  const most = Math.max(1, ...data.items.flatMap((item) => item.hours));
  return html`<section aria-labelledby=${by}><h2 id=${by}>${title}</h2>
    <p class="quiet">Since <${Time} at=${data.since} date=${true} />; a cell is an hour, the last one runs.</p>
    <${Scrolling} label=${title}><table data-testid=${`counts-${by}`}>
      <thead><tr><th scope="col">${name}</th><th scope="col" class="number">Events</th><th scope="col">Last received</th><th scope="col">24 hours</th></tr></thead>
      <tbody>${data.items.map((item) => html`<tr>
        <th scope="row" class="id">${item.name === null ? html`<span class="quiet">none</span>` : html`<a href=${`#/?q=${encodeURIComponent(`${by}:${item.name}`)}`}>${item.name}</a>`}</th>
        <td class="number">${number(item.total)}</td><td><${Time} at=${item.lastReceivedAt} date=${true} /></td>
        <td><${Hours} hours=${item.hours} most=${most} /></td></tr>`)}</tbody>
    </table><//>
    ${data.items.length === 0 && html`<p class="quiet">Nothing has arrived yet.</p>`}
    ${data.others > 0 && html`<p><button type="button" onClick=${() => setLimit(Math.min(1000, limit * 5))}>Show more of ${number(data.others)} others</button></p>`}
  </section>`;
}

function Hours({ hours, most }) {
  const silent = hours.filter((count) => count === 0).length;
  return html`<svg class="hours" viewBox="0 0 ${hours.length * 9} 18" role="img" aria-label=${`Last 24 hours: ${hours.join(', ')}`}>
    <title>${silent} of 24 hours without an event</title>
    ${hours.map((count, i) => html`<rect class=${count === 0 ? 'empty' : 'full'} x=${i * 9} y="0" width="8" height="18"
      fill-opacity=${count === 0 ? 1 : 0.25 + (0.75 * count) / most}><title>${number(count)}</title></rect>`)}
  </svg>`;
}
