// The first look: a verdict, the numbers, the targets, and what happens now.
import {html} from '../html.js';
import {useNow} from '../clock.js';
import {age, count, number, rate} from '../format.js';
import {link} from '../router.js';
import {useLive} from '../live.js';
import {findings} from '../verdict.js';
import {Relays, useRelays} from './relays.js';
import {Targets} from './targets.js';
import {Stream} from './stream.js';

export function Overview({route}) {
  const live = useLive();
  const now = useNow();
  const relays = useRelays();
  return html`
    <h1 class="hidden-text">Overview</h1>
    <${Verdict} list=${findings({...live, relays: relays.data}, now)} />
    <${Strip} status=${live.status} now=${now} />
    <${Targets} targets=${live.targets} now=${now} />
    <${Relays} ...${relays} />
    <${Stream} filter=${route.parameters.get('q') ?? ''} now=${now} />`;
}

const SYMBOLS = {
  good: html`<path class="stroke" d="m5 10.5 3.5 3.5L15 7" />`,
  idle: html`<path class="stroke" d="M5 10h10" />`,
  warn: html`<path class="stroke" d="M10 5v6m0 3.2v.3" />`,
  bad: html`<path class="stroke" d="m6 6 8 8m0-8-8 8" />`,
};

/** The gravest finding large, the others small below it. */
function Verdict({list: [first, ...others]}) {
  return html`
    <section class=${`verdict ${first.level}`} aria-label="Verdict" data-testid="verdict" data-level=${first.level}>
      <svg class="verdict-symbol" viewBox="0 0 20 20" width="22" height="22" aria-hidden="true">
        <circle cx="10" cy="10" r="10" />${SYMBOLS[first.level]}</svg>
      <div>
        <p class="verdict-text">${first.text} ${action(first)}</p>
        ${others.length > 0 && html`<ul class="verdict-others">
          ${others.map((finding) => html`<li>${finding.text} ${action(finding)}</li>`)}</ul>`}
      </div>
      <p class="hidden-text" role="status">${announced(first)}</p>
    </section>`;
}

const action = (finding) =>
  finding.action && html`<a href=${finding.action.href}>${finding.action.text}</a>`;

/** What is read aloud: the kind of finding, so that a count that moves says nothing. */
const announced = ({key}) => ({
  lost: 'No connection to the relay.',
  notReady: 'The relay is not ready to take events.',
  fine: 'Everything is arriving.',
  'failing several': 'Several targets are failing.',
})[key] ?? (key.startsWith('failing ') ? `Target ${key.slice('failing '.length)} is failing.` : '');

const sinceStart = ({accepted, duplicates, refused}) =>
  `${number(accepted)} since the start; ${count(duplicates, 'duplicate')}, ${number(refused)} refused`;

function Strip({status, now}) {
  const tiles = status ? [
    ['Accepted', `${rate(status.acceptedPerSecond)}/s`, sinceStart(status)],
    ['Oldest pending', status.oldestPending ? age(now - Date.parse(status.oldestPending)) : 'none', 'The longest that a delivery has been pending'],
    ['In flight', number(status.inFlight), 'Attempts under way now'],
    ['Waiting', number(status.waiting), 'Deliveries waiting for an attempt', status.waiting && 'state:pending'],
    ['Dead letters', number(status.dead), 'Deliveries given up, kept for replay', null, status.dead && link('/dead')],
    ['Unrouted', number(status.unrouted), 'Events that no route took', status.unrouted && 'state:unrouted'],
    ['Bad signatures', number(status.signatureFailures5m), 'Requests refused in the last 5 minutes: no valid signature'],
  ] : ['Accepted', 'Oldest pending', 'In flight', 'Waiting', 'Dead letters', 'Unrouted', 'Bad signatures']
    .map((name) => [name, '…', 'not known yet']);
  return html`
    <dl class="strip" data-testid="strip">
      ${tiles.map(([name, value, title, filter, href]) => html`
        <div title=${title}>
          <dt>${name}</dt>
          <dd>${filter || href ? html`<a href=${href || link('/', {q: filter})}>${value}</a>` : value}</dd>
        </div>`)}
    </dl>`;
}
