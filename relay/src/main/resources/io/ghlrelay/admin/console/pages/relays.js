// The relays that share the store, on the overview: who is there, what each holds, whether they agree.
import {html, useEffect, useState} from '../html.js';
import {api} from '../api.js';
import {number} from '../format.js';
import {None, Problem, Time} from '../parts/basics.js';
import {Mark} from '../parts/marks.js';
import {useLoaded} from '../parts/load.js';

const REFRESH_MILLIS = 5000;

/** {data, error}: asked again and again, but once only where the store is the relay's own. */
export function useRelays() {
  const [every, setEvery] = useState(REFRESH_MILLIS);
  const loaded = useLoaded(api.relays, [], every);
  const alone = loaded.data?.shared === false;
  useEffect(() => {
    if (alone) {
      setEvery(0);
    }
  }, [alone]);
  return loaded;
}

export function Relays({data, error}) {
  if (!data?.shared) {
    return null;
  }
  const own = data.relays.find((relay) => relay.self)?.config;
  return html`
    <section class="panel" aria-labelledby="relays" data-testid="relays">
      <h2 id="relays">Relays</h2>
      <${Problem} error=${error} />
      <table class="targets">
        <thead><tr>
          <th scope="col">Relay</th><th scope="col">Health</th>
          <th scope="col" class="right" title="Pending deliveries that are its to attempt">Holds</th>
          <th scope="col" title="Targets with ordering: one relay attempts all their deliveries">Keeps the order of</th>
          <th scope="col">Configuration</th><th scope="col" class="wide">Version</th>
        </tr></thead>
        <tbody>${data.relays.map((relay) => html`
          <${Relay} key=${relay.name} ...${{relay, differs: differs(relay, own, data)}} />`)}</tbody>
      </table>
    </section>`;
}

const differs = (relay, own, {sameConfig}) =>
  !sameConfig && relay.alive && !relay.self && relay.config !== null && relay.config !== own;

const Relay = ({relay, differs}) => html`
  <tr data-testid=${`relay-${relay.name}`} data-alive=${String(relay.alive)}>
    <th scope="row">${relay.name}${relay.self && html`<span class="below">this one</span>`}</th>
    <td><${Health} relay=${relay} />
      <span class="below">${relay.alive ? html`since <${Time} at=${relay.startedAt} />` : html`lease until <${Time} at=${relay.leaseUntil} />`}</span></td>
    <td class="right">${number(relay.pending)}</td>
    <td>${relay.ordered.length ? relay.ordered.join(', ') : html`<${None} />`}</td>
    <td>${relay.config === null ? html`<${None} text="not told yet" />` : html`<code>${relay.config}</code>`}
      ${differs && html`<span class="below state warn">other than this one's</span>`}</td>
    <td class="wide">${relay.version}</td>
  </tr>`;

/** {shape, tone, text} of a relay. */
function health({alive, pending}) {
  if (alive) {
    return {shape: 'circle', tone: 'good', text: 'Alive'};
  }
  return pending
    ? {shape: 'triangle', tone: 'warn', text: 'Gone: not yet taken over'}
    : {shape: 'ring', tone: 'idle', text: 'Gone: taken over'};
}

function Health({relay}) {
  const {shape, tone, text} = health(relay);
  return html`<span class=${`state ${tone}`}><${Mark} shape=${shape} tone=${tone} />${text}</span>`;
}
