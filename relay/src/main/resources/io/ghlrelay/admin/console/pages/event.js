// One event: what became of it at each target, why it went there, and what it is.
import {html, useRef, useState} from '../html.js';
import {api} from '../api.js';
import {useNow} from '../clock.js';
import {bytes, count, countdown, deadReason, exactTime} from '../format.js';
import {link} from '../router.js';
import {useLive} from '../live.js';
import {Choice, CopyButton, Loading, None, Problem, Time} from '../parts/basics.js';
import {deliveryState, Mark} from '../parts/marks.js';
import {useAction, useLoaded} from '../parts/load.js';
import {AttemptsTable} from '../draw/attempts.js';
import {Schedule} from '../draw/schedule.js';
import {ofDelivery} from '../draw/timeline.js';
import {Body} from './body.js';
import {Curl} from './curl.js';

/** How often an event is asked for again while something of it is pending. */
const REFRESH_MILLIS = 3000;

export function EventPage({route}) {
  const id = route.parts[1];
  const [pending, setPending] = useState(true);
  const {data: event, error, load} = useLoaded(async () => {
    const found = await api.event(id);
    setPending(found.deliveries.some((delivery) => delivery.state === 'pending'));
    return found;
  }, [id], pending ? REFRESH_MILLIS : 0);
  if (!event) {
    return html`<h1>Event</h1>${error ? html`<${Problem} error=${error} retry=${load} />` : html`<${Loading} />`}`;
  }
  return html`
    <${Head} event=${event} onReplayed=${load} />
    <${Problem} error=${error} />
    ${event.deliveries.length === 0 && html`
      <p class="notice warn">No route took this event. Mend the routes, then replay it: it goes where they lead then.</p>`}
    ${[...event.deliveries].sort((a, b) => rank(a) - rank(b)).map((delivery) => html`
      <${Delivery} key=${delivery.target} ...${{event, delivery}} onReplayed=${load} />`)}
    <div class="columns">
      <${Envelope} event=${event} />
      <div>
        <${Signature} event=${event} />
        <${Routing} event=${event} />
      </div>
    </div>
    <${Headers} headers=${event.headers} />
    <${Body} event=${event} />`;
}

/** What still needs someone comes first. */
const rank = (delivery) => ['dead', 'pending', 'cancelled', 'delivered'].indexOf(delivery.state);

function Head({event, onReplayed}) {
  const [curl, setCurl] = useState(false);
  const {status} = useLive();
  const dead = event.deliveries.filter((delivery) => delivery.state === 'dead').map((delivery) => delivery.target);
  return html`
    <header class="page-head">
      <div>
        <h1>${event.type ?? 'Event without a type'}</h1>
        <p class="muted">received <${Time} at=${event.receivedAt} format=${exactTime} />
          ${event.locationId && html` at location <a href=${link('/', {q: `location:${event.locationId}`})}><code>${event.locationId}</code></a>`}
          ${event.conflict && html` · <strong>another body came under the same ids</strong>`}</p>
      </div>
      <div class="buttons">
        ${dead.length > 1 && html`<${Replay} ...${{event, onReplayed}} targets=${dead} testId="replay-dead"
          label=${`Replay to the ${dead.length} that gave up`} />`}
        ${event.deliveries.length === 0 && html`<${Replay} ...${{event, onReplayed}} targets=${null} testId="replay-unrouted"
          label="Replay by the routes of now" />`}
        <${CopyButton} text=${event.id} label="Copy id" data-testid="copy-id" />
        <button class="small" data-testid="copy-curl" onClick=${() => setCurl(true)}>Copy as curl</button>
        ${!status?.bodiesHidden && html`
          <a class="button small" href=${api.bodyPath(event.id)} download=${`${event.id}.json`} data-testid="download">Download bytes</a>`}
      </div>
      ${curl && html`<${Curl} event=${event} bodiesHidden=${status?.bodiesHidden} onClose=${() => setCurl(false)} />`}
    </header>`;
}

function Replay({event, targets, label, testId, onReplayed}) {
  const {busy, error, run} = useAction(() => api.replayEvent(event.id, targets));
  return html`
    <button class="small" disabled=${busy} data-testid=${testId} onClick=${async () => {
      if (await run()) {
        onReplayed();
      }
    }}>${label}</button>
    <${Problem} error=${error} />`;
}

function Delivery({event, delivery, onReplayed}) {
  const [series, setSeries] = useState(null);
  const shown = series ?? delivery.series;
  const now = useNow();
  const timeline = ofDelivery(delivery, shown);
  const {shape, tone} = deliveryState(delivery);
  const isCurrent = shown === delivery.series;
  // What arrived at once needs no explanation, so its drawing is folded, once: it does not close on anybody.
  const atOnce = useRef(delivery.state === 'delivered' && delivery.attemptList.length === 1);
  // The present matters where something is still to come.
  const nowMs = isCurrent && delivery.state === 'pending' && timeline.zeroAt !== null
    ? Math.max(0, now - timeline.zeroAt) : null;
  return html`
    <section class="panel" aria-labelledby=${`to-${delivery.target}`} data-testid=${`delivery-${delivery.target}`} data-state=${delivery.state}>
      <div class="panel-head">
        <h2 id=${`to-${delivery.target}`}>To ${delivery.target}</h2>
        <span class=${`state ${tone}`}><${Mark} shape=${shape} tone=${tone} />${standing(delivery, now)}</span>
        <span class="grow"></span>
        ${delivery.series > 1 && html`<${Choice} label="Series of attempts" value=${shown} onChange=${setSeries}
          options=${Array.from({length: delivery.series}, (_, i) => [i + 1, i ? `Replay ${i}` : 'First series'])} />`}
        ${delivery.state !== 'pending' && delivery.policy && html`
          <${Replay} ...${{event, onReplayed}} targets=${[delivery.target]} label="Replay" testId=${`replay-${delivery.target}`} />`}
      </div>
      <p class="muted">${policyWords(delivery)} Route <strong>${delivery.route}</strong> brought it here.</p>
      <details open=${!atOnce.current}><summary>Schedule</summary>
        <${Schedule} name=${delivery.target} timeline=${timeline} nowMs=${nowMs} /></details>
      <details><summary>Attempts as a table</summary>
        <${AttemptsTable} name=${delivery.target} timeline=${timeline} now=${now} /></details>
    </section>`;
}

function standing(delivery, now) {
  const attempts = count(delivery.attempts, 'attempt');
  switch (delivery.state) {
    case 'delivered':
      return `delivered after ${attempts}`;
    case 'dead':
      return `dead letter after ${attempts}: ${deadReason(delivery.deadReason)}`;
    case 'cancelled':
      return 'cancelled';
    default: {
      const left = Date.parse(delivery.due) - now;
      return `${attempts} made, the next ${left > 0 ? `in ${countdown(left)}` : 'is due'}`;
    }
  }
}

function policyWords({policy}) {
  if (!policy) {
    return 'This target is no longer configured.';
  }
  const jitter = {
    first: 'one jitter moves all retries',
    each: 'each retry has a jitter of its own',
    none: 'no jitter',
  }[policy.jitterOn];
  const counted = policy.timeline === 'offsets' ? 'counted from the end of the first attempt' : 'counted from the attempt before';
  const retries = count(policy.maxRetries, 'retry', 'retries');
  return html`Policy <a href=${link('/schedule', {policy: policy.name})}>${policy.name}</a>: at most ${retries}, ${counted}; ${jitter}.`;
}

function Envelope({event}) {
  const facts = [
    ['Event id', event.id], ['Webhook id', event.webhookId], ['Location', event.locationId],
    ['Company', event.companyId], ['App', event.appId], ['Trace', event.traceId],
  ];
  return html`
    <section class="panel" aria-labelledby="envelope">
      <h2 id="envelope">Envelope</h2>
      <dl class="facts">
        <dt>Type</dt><dd>${event.type ?? html`<${None} />`}</dd>
        ${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value ? html`<code>${value}</code>` : html`<${None} />`}</dd>`)}
        <dt>Sent</dt><dd>${event.timestamp ? html`<${Time} at=${event.timestamp} format=${sent} />` : html`<${None} />`}</dd>
        <dt>Received</dt><dd><${Time} at=${event.receivedAt} format=${exactTime} /></dd>
        <dt>Body</dt><dd>${bytes(event.bodySize)}</dd>
      </dl>
    </section>`;
}

/** The platform's own timestamp is a text of its choosing. */
const sent = (text) => (Number.isNaN(Date.parse(text)) ? text : exactTime(text));

function Signature({event: {signature}}) {
  const tone = signature.verifiesNow ? 'good' : 'warn';
  return html`
    <section class="panel" aria-labelledby="signature" data-testid="signature">
      <h2 id="signature">Signature</h2>
      <p><span class=${`state ${tone}`}><${Mark} shape=${signature.verifiesNow ? 'circle' : 'triangle'} tone=${tone} />
        ${signature.verifiesNow ? 'Genuine when it came, and by the keys of now' : 'Genuine when it came, but no key of now says so'}</span></p>
      <dl class="facts">
        <dt>Scheme</dt><dd>${signature.scheme}</dd>
        <dt>Header</dt><dd><code>${signature.header}</code></dd>
        <dt>Key</dt><dd>${signature.key ?? html`<${None} />`}</dd>
      </dl>
    </section>`;
}

const Routing = ({event: {routing}}) => html`
  <section class="panel" aria-labelledby="routing" data-testid="routing">
    <h2 id="routing">Routes of now</h2>
    ${routing.length === 0 ? html`<p class="muted">No route is configured.</p>` : html`
      <ol class="routes">${routing.map((one) => html`
        <li class=${one.matched ? 'matched' : ''}>
          <${Mark} shape=${one.matched ? 'circle' : 'dash'} tone=${one.matched ? 'good' : 'idle'} />
          <div><strong>${one.route}</strong> ${one.matched ? 'takes it to' : 'would go to'} ${one.to.join(', ')}
          ${one.direct && html`<span class="muted"> directly: such an event is not stored</span>`}
          ${one.stop && html`<span class="muted"> and ends the search</span>`}
          <br /><span class="muted">${one.matched ? 'because ' : 'does not take it: '}${one.why}</span></div>
        </li>`)}</ol>`}
  </section>`;

const Headers = ({headers}) => html`
  <section class="panel" aria-labelledby="headers">
    <h2 id="headers">Headers</h2>
    <dl class="facts headers">${headers.map(({name, value}) => html`<dt>${name}</dt><dd><code>${value}</code></dd>`)}</dl>
  </section>`;
