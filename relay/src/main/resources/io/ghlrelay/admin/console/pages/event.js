// One event: what it is, whether it is genuine, why it went where it went, and how its deliveries go.
import { html, useState } from '../html.js';
import { bytes, post } from '../api.js';
import { duration, number, plural, result } from '../format.js';
import { useNow } from '../live.js';
import { CopyButton, Failure, Scrolling, State, Time, useApi } from '../parts.js';
import { ScheduleDrawing, drawn } from '../draw/schedule.js';

/** Deliveries that want a look come first. */
const PRESSING = ['dead', 'pending', 'cancelled', 'delivered'];

/** Bytes of a body that are shown; the rest can be downloaded. */
const SHOWN = 64 * 1024;

export function EventPage({ id, bodiesHidden }) {
  const { data: event, error, reload } = useApi(`/api/v1/events/${id}`, {}, 2000);
  const now = useNow();
  const [failure, setFailure] = useState(null);
  const [said, setSaid] = useState('');
  if (!event) return html`<h1>Event</h1><${Failure} error=${error} />`;
  const replay = (targets) =>
    post(`/api/v1/events/${id}/replay`, targets ? { targets } : {}).then(
      (done) => {
        setFailure(null);
        setSaid(done.replayed.length > 0 ? `Replayed to ${done.replayed.join(', ')}.` : 'Nothing to replay: no delivery is dead.');
        reload();
      },
      setFailure,
    );
  return html`
    <p class="back"><a href="#/">Overview</a></p>
    <h1>${event.type ?? 'Event without a type'}</h1>
    <p class="actions">
      <button type="button" data-testid="replay" onClick=${() => replay(null)}>Replay what is dead</button>
      <${CopyButton} text=${event.id} testid="copy-id">Copy id<//>
      ${!bodiesHidden && html`<a class="button" href=${`/api/v1/events/${id}/body`} download=${`${id}.json`}>Download body</a>`}
    </p>
    <p role="status" class="quiet">${said}</p>
    <${Failure} error=${failure ?? error} />
    <div class="columns">
      <section aria-labelledby="facts"><h2 id="facts">What it is</h2><${Facts} event=${event} /></section>
      <section aria-labelledby="why"><h2 id="why">Genuine, and routed so</h2><${Why} event=${event} /></section>
    </div>
    <h2>Deliveries</h2>
    ${event.deliveries.length === 0 && html`<p class="quiet">No route took it. Mend the routes, then replay it.</p>`}
    ${[...event.deliveries].sort((a, b) => PRESSING.indexOf(a.state) - PRESSING.indexOf(b.state)).map((delivery) => html`<${Delivery} key=${delivery.target} delivery=${delivery} now=${now}
      replay=${() => replay([delivery.target])} />`)}
    <div class="columns">
      <section aria-labelledby="headers"><h2 id="headers">Headers</h2><${Headers} headers=${event.headers} /></section>
      <section aria-labelledby="body"><h2 id="body">Body, ${number(event.bodySize)} bytes</h2><${Body} event=${event} hidden=${bodiesHidden} /></section>
    </div>`;
}

function Facts({ event }) {
  const facts = [
    ['Received', html`<${Time} at=${event.receivedAt} date=${true} />`],
    ['Location', event.locationId], ['Company', event.companyId], ['App', event.appId],
    ['Webhook id', event.webhookId], ['Platform time', event.timestamp],
    ['Event id', event.id], ['Trace id', event.traceId],
    ['Conflict', event.conflict ? 'yes: the same ids came before with another body' : null],
  ];
  return html`<dl class="facts">${facts.filter(([, value]) => value).map(([name, value]) => html`
    <dt>${name}</dt><dd class="id">${value}</dd>`)}</dl>`;
}

function Why({ event }) {
  const { signature } = event;
  return html`
    <p data-testid="signature">Verified at receipt by <b>${signature.scheme}</b>, header ${signature.header}.
      ${signature.verifiesNow
        ? ` It still fits the key ${signature.key}.`
        : html` <b class="watch">It fits none of the keys configured now.</b>`}</p>
    <ol class="routing" data-testid="routing">
      ${event.routing.map((one) => html`<li class=${one.matched ? 'matched' : 'quiet'}>
        <b>${one.route}</b> ${one.matched ? 'took it' : 'did not take it'}: ${one.why}.
        ${one.matched && ` To ${one.to.join(', ')}${one.stop ? '; the search ends here' : ''}.`}
      </li>`)}
    </ol>
    ${event.routing.length > 0 && html`<p class="quiet">By the routes in force now; deliveries keep the route of their time.</p>`}`;
}

function Delivery({ delivery, now, replay }) {
  const drawing = drawn(delivery, now);
  return html`<section class="delivery" aria-labelledby=${`d-${delivery.target}`} data-testid=${`delivery-${delivery.target}`}>
    <div class="head">
      <h3 id=${`d-${delivery.target}`}>${delivery.target}</h3>
      <${State} of=${delivery.state} label=${delivery.deadReason ? `dead, ${delivery.deadReason}` : delivery.state} testid=${`state-${delivery.target}`} />
      <span class="quiet">by route ${delivery.route}${delivery.policy ? `, policy ${delivery.policy.name}` : ', target no longer configured'}${delivery.series > 1 ? `, series ${delivery.series}` : ''}</span>
      ${delivery.state !== 'pending' && html`<button type="button" data-testid=${`replay-${delivery.target}`} onClick=${replay}>Replay to ${delivery.target}</button>`}
    </div>
    <${ScheduleDrawing} name=${delivery.target} ...${drawing} />
    <details>
      <summary>${plural(delivery.attemptList.length, 'attempt')}, ${delivery.plan.length} planned</summary>
      <${Scrolling} label=${`Attempts to ${delivery.target}`}>
      <table>
        <thead><tr><th scope="col">Attempt</th><th scope="col">Planned</th><th scope="col">Started</th><th scope="col" class="number">Late by</th>
          <th scope="col">Result</th><th scope="col" class="number">Took</th><th scope="col">Deferred by</th><th scope="col">Answer begins</th></tr></thead>
        <tbody>
          ${delivery.attemptList.map((attempt) => html`<tr>
            <th scope="row">${delivery.series > 1 ? `${attempt.series}.` : ''}${attempt.number}</th>
            <td><${Time} at=${attempt.dueAt} /></td><td><${Time} at=${attempt.startedAt} /></td>
            <td class="number">${duration(attempt.driftMs)}</td><td>${result(attempt)}</td>
            <td class="number">${duration(attempt.latencyMs)}</td><td>${attempt.deferral ?? '–'}</td>
            <td class="answer">${attempt.responseStart === null ? 'hidden' : attempt.responseStart || '–'}</td></tr>`)}
          ${delivery.plan.map((planned) => html`<tr class="quiet">
            <th scope="row">${planned.number}</th>
            <td><${Time} at=${planned.earliest} />${planned.latest !== planned.earliest && html` to <${Time} at=${planned.latest} />`}</td>
            <td colspan="6">planned, if every attempt before fails</td></tr>`)}
        </tbody>
      </table>
      <//>
    </details>
  </section>`;
}

function Headers({ headers }) {
  return html`<dl class="facts">${headers.map(({ name, value }) => html`<dt>${name}</dt><dd class="id">${value}</dd>`)}</dl>`;
}

/** A word for a shell, whatever is in it. */
const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

function Body({ event, hidden }) {
  const [body, setBody] = useState(null);
  const [raw, setRaw] = useState(false);
  const [url, setUrl] = useState('http://127.0.0.1:3000/');
  const [error, setError] = useState(null);
  if (hidden) return html`<p class="quiet">Bodies are hidden by the configuration.</p>`;
  const load = () =>
    bytes(`/api/v1/events/${event.id}/body`).then(
      (buffer) => setBody(new TextDecoder().decode(buffer)),
      setError,
    );
  if (body === null) {
    return html`<${Failure} error=${error} /><button type="button" data-testid="show-body" onClick=${load}>Show body</button>`;
  }
  const skipped = /^(host|content-length|connection|transfer-encoding)$/i;
  const curl = ['curl', '-X POST', quoted(url),
    ...event.headers.filter(({ name }) => !skipped.test(name)).map(({ name, value }) => `-H ${quoted(`${name}: ${value}`)}`),
    `--data-binary ${quoted(body)}`].join(' \\\n  ');
  return html`
    <p class="actions">
      <button type="button" aria-pressed=${raw} onClick=${() => setRaw(!raw)}>As it came</button>
      <label>Resend to <input value=${url} onInput=${(e) => setUrl(e.target.value)} /></label>
      <${CopyButton} text=${curl} testid="copy-curl">Copy as curl<//>
    </p>
    <pre class="body" tabindex="0" data-testid="body">${(raw ? body : pretty(body)).slice(0, SHOWN)}</pre>`;
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text; // not JSON: as it came
  }
}
