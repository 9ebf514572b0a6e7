// The first look: verdict, status strip, targets, live events.
import { html, useEffect, useMemo, useRef, useState } from '../html.js';
import { get, post } from '../api.js';
import { countdown, duration, number, short } from '../format.js';
import { useNow, useStream } from '../live.js';
import { Failure, Scrolling, State, Time } from '../parts.js';
import { Sparkline } from '../draw/sparkline.js';
import { verdict } from '../verdict.js';

/** Rows of the stream that are kept. */
const ROWS = 100;

/** How often what came is shown: a hundred messages a second would keep the browser busy. */
const SHOW_EVERY = 250;

export function Overview({ query, setQuery, connection }) {
  const [status, setStatus] = useState(null);
  const [targets, setTargets] = useState([]);
  const [rows, setRows] = useState([]);
  const [skipped, setSkipped] = useState(0);
  const [error, setError] = useState(null);
  const [held, setHeld] = useState(false);
  const waiting = useRef([]);
  const now = useNow();
  const filter = error?.filter === query ? null : query;

  const change = (alter) => waiting.current.push(alter);
  const stream = useStream(filter, {
    status: setStatus,
    targets: (data) => setTargets(data.targets),
    gap: (data) => setSkipped((before) => before + data.skipped),
    event: (event) => change((rows) => added(rows, event)),
    delivery: (message) => change((rows) => updated(rows, message)),
  });
  useEffect(() => connection(filter === null ? 'lost' : stream), [stream, filter]);

  useEffect(() => {
    if (held) return undefined;
    const show = () => {
      const alters = waiting.current;
      waiting.current = [];
      if (alters.length > 0) setRows((before) => alters.reduce((list, alter) => alter(list), before));
    };
    show();
    const timer = setInterval(show, SHOW_EVERY);
    return () => clearInterval(timer);
  }, [held]);

  useEffect(() => {
    let gone = false;
    setSkipped(0);
    get('/api/v1/events', { q: query, limit: 50 }).then(
      (page) => {
        if (gone) return;
        waiting.current = [];
        setError(null);
        setRows(page.events);
      },
      (problem) => {
        if (!gone) setError({ filter: query, message: problem.message });
      },
    );
    return () => { gone = true; };
  }, [query]);

  const reload = () => get('/api/v1/targets').then((data) => setTargets(data.targets));
  return html`
    <h1 class="unseen">Overview</h1>
    ${status && html`<${Verdict} of=${verdict(status, targets, now)} /><${Strip} status=${status} now=${now} />`}
    <${Targets} targets=${targets} now=${now} reload=${reload} />
    <section aria-labelledby="live">
      <div class="head">
        <h2 id="live">Live events</h2>
        <${Filter} query=${query} setQuery=${setQuery} />
        <button type="button" data-testid="hold" aria-pressed=${held}
          onClick=${() => setHeld(!held)}>
          ${held ? 'Go on' : 'Hold'}
        </button>
      </div>
      <${Failure} error=${error} />
      ${skipped > 0 && html`<p class="quiet" data-testid="gap">${number(skipped)} more came than are shown here; a filter shows fewer.</p>`}
      <${Stream} rows=${rows} now=${now} />
    </section>`;
}

function added(rows, event) {
  return rows.some((row) => row.id === event.id) ? rows : [event, ...rows].slice(0, ROWS);
}

function updated(rows, { eventId, delivery, attempt }) {
  return rows.map((row) =>
    row.id !== eventId
      ? row
      : {
          ...row,
          lastAttempt: attempt,
          deliveries: [...row.deliveries.filter((one) => one.target !== delivery.target), delivery]
            .sort((a, b) => a.target.localeCompare(b.target)),
        });
}

function Verdict({ of: { level, text, link, action } }) {
  return html`<p class="verdict ${level}" data-testid="verdict">
    <span>${text}</span> ${link && html`<a href=${link}>${action}</a>`}
  </p>`;
}

function Strip({ status, now }) {
  const oldest = status.oldestPending ? duration(now - new Date(status.oldestPending)) : 'none';
  const cells = [
    ['Accepted a second', short(status.acceptedPerSecond)],
    ['Accepted', number(status.accepted)],
    ['In flight', number(status.inFlight)],
    ['Waiting', number(status.waiting)],
    ['Oldest pending', oldest],
    ['Dead letters', number(status.dead), status.dead > 0 && 'watch', '#/dead'],
    ['Unrouted', number(status.unrouted), status.unrouted > 0 && 'watch', '#/?q=state:unrouted'],
    ['Signature failures, 5 min', number(status.signatureFailures5m), status.signatureFailures5m > 0 && 'watch'],
  ];
  return html`<dl class="strip" data-testid="strip">
    ${cells.map(([name, value, level, link]) => html`<div class=${level || ''}>
      <dt>${name}</dt><dd>${link ? html`<a href=${link}>${value}</a>` : value}</dd>
    </div>`)}
  </dl>`;
}

function Targets({ targets, now, reload }) {
  const [error, setError] = useState(null);
  const ask = (name, what) =>
    post(`/api/v1/targets/${encodeURIComponent(name)}/${what}`).then(reload, setError);
  return html`<section aria-labelledby="targets">
    <h2 id="targets">Targets</h2>
    <${Failure} error=${error} />
    <${Scrolling} label="Targets">
      <table>
        <thead><tr>
          <th scope="col">Target</th><th scope="col">Health</th><th scope="col" class="wide">Last hour</th>
          <th scope="col" class="wide number">p50 / p95</th><th scope="col" class="number">Pending</th>
          <th scope="col" class="number">Dead</th><th scope="col" class="wide">Oldest</th>
          <th scope="col" class="wide">Next attempt</th><th scope="col"><span class="unseen">Do</span></th>
        </tr></thead>
        <tbody>
          ${targets.map((target) => html`<tr key=${target.name} data-testid=${`target-${target.name}`}>
            <th scope="row"><a href=${`#/?q=target:${target.name}`} title=${target.url}>${target.name}</a></th>
            <td><${State} of=${target.health} testid=${`health-${target.name}`}
              label=${target.health === 'failing' ? `failing, ${target.consecutiveFailures} in a row` : undefined} /></td>
            <td class="wide"><${Sparkline} minutes=${target.minutes} /></td>
            <td class="wide number">${target.p50Ms === null ? '–' : `${short(target.p50Ms)} / ${short(target.p95Ms)} ms`}</td>
            <td class="number">${number(target.pending)}</td>
            <td class="number">${target.dead > 0 ? html`<a href="#/dead">${number(target.dead)}</a>` : '0'}</td>
            <td class="wide">${target.oldestPending ? duration(now - new Date(target.oldestPending)) : '–'}</td>
            <td class="wide">${target.nextAttemptAt && !target.paused ? countdown(new Date(target.nextAttemptAt) - now) : '–'}</td>
            <td class="do">${target.paused
              ? html`<button type="button" data-testid=${`resume-${target.name}`} aria-label=${`Resume ${target.name}`} onClick=${() => ask(target.name, 'resume')}>Resume</button>`
              : html`<button type="button" data-testid=${`pause-${target.name}`} aria-label=${`Pause ${target.name}`} onClick=${() => ask(target.name, 'pause')}>Pause</button>`}</td>
          </tr>`)}
        </tbody>
      </table>
    <//>
    ${targets.length === 0 && html`<p class="quiet">No target is configured yet.</p>`}
  </section>`;
}

function Filter({ query, setQuery }) {
  const [text, setText] = useState(query);
  useEffect(() => setText(query), [query]);
  return html`<form role="search" onSubmit=${(e) => { e.preventDefault(); setQuery(text.trim()); }}>
    <label class="unseen" for="filter">Filter</label>
    <input id="filter" data-testid="filter" type="search" autocomplete="off" spellcheck="false" value=${text}
      placeholder="type:Contact* location:ID target:NAME state:dead since:1h" onInput=${(e) => setText(e.target.value)} />
    <button type="submit">Filter</button>
  </form>`;
}

function Stream({ rows, now }) {
  return html`<${Scrolling} label="Live events">
    <table class="stream" data-testid="stream">
      <thead><tr>
        <th scope="col">Received</th><th scope="col">Type</th><th scope="col" class="wide">Location</th>
        <th scope="col">Targets</th><th scope="col" class="number wide">Attempts</th><th scope="col">Next attempt</th>
      </tr></thead>
      <tbody>${rows.map((row) => html`<${Row} key=${row.id} row=${row} now=${now} />`)}</tbody>
    </table>
    ${rows.length === 0 && html`<p class="quiet">No event fits.</p>`}
  <//>`;
}

function Row({ row, now }) {
  const dues = row.deliveries.filter((d) => d.due && d.attempts > 0).map((d) => new Date(d.due).getTime());
  const next = dues.length > 0 ? countdown(Math.min(...dues) - now) : null;
  // A row that says the same is not made anew.
  return useMemo(() => html`<tr data-testid="event-row" data-event=${row.id}>
    <td><a href=${`#/events/${row.id}`}><${Time} at=${row.receivedAt} /></a></td>
    <td>${row.type ?? html`<span class="quiet">none</span>`}</td>
    <td class="wide id">${row.locationId ?? html`<span class="quiet">none</span>`}</td>
    <td>${row.deliveries.length === 0
      ? html`<${State} of="unrouted" />`
      : row.deliveries.map((delivery) => html`<span class="delivery-state"><${State} of=${delivery.state} brief=${true}
          label=${`${delivery.target}: ${delivery.state}`} /> <span aria-hidden="true">${delivery.target}</span></span> `)}</td>
    <td class="number wide">${row.deliveries.reduce((sum, delivery) => sum + delivery.attempts, 0)}</td>
    <td>${next ?? html`<span class="quiet">–</span>`}</td>
  </tr>`, [row, next]);
}
