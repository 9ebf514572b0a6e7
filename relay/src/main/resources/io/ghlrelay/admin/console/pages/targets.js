// The targets on the overview: how each is, what waits for it, and its pause.
import {html} from '../html.js';
import {api} from '../api.js';
import {age, countdown, duration, number, result, span} from '../format.js';
import {link} from '../router.js';
import {showPaused} from '../live.js';
import {Loading, None, Problem} from '../parts/basics.js';
import {Health} from '../parts/marks.js';
import {useAction} from '../parts/load.js';
import {Sparkline} from '../draw/sparkline.js';

const QUANTILES = 'Half, and 95 of 100, of the attempts of the last 5 minutes took no longer than this';

export function Targets({targets, now}) {
  const {busy, error, run} = useAction(async (target) => {
    const {name, paused} = await (target.paused ? api.resume : api.pause)(target.name);
    showPaused(name, paused);
  });
  return html`
    <section class="panel" aria-labelledby="targets">
      <h2 id="targets">Targets</h2>
      <${Problem} error=${error} />
      ${targets === null ? html`<${Loading} />` : html`
        <table class="targets">
          <thead><tr>
            <th scope="col">Target</th><th scope="col">Health</th><th scope="col">Last hour</th>
            <th scope="col" class="right wide" title=${QUANTILES}>Answers in, p50 / p95</th>
            <th scope="col" class="right">Waiting</th><th scope="col" class="right wide">Oldest</th>
            <th scope="col" class="right wide">Next attempt</th><th scope="col"><span class="hidden-text">Pause</span></th>
          </tr></thead>
          <tbody>${targets.map((target) => html`
            <${Target} key=${target.name} ...${{target, now, busy}} onSwitch=${() => run(target)} />`)}</tbody>
        </table>
        ${targets.length === 0 && html`<p class="muted">No target is configured: every event is stored as unrouted.</p>`}`}
    </section>`;
}

function Target({target, now, busy, onSwitch}) {
  const verb = target.paused ? 'resume' : 'pause';
  return html`
    <tr data-testid=${`target-${target.name}`}>
      <th scope="row">
        <a href=${link('/', {q: `target:${target.name}`})}>${target.name}</a>
        <span class="below url" title=${`${target.url}, policy ${target.retry}, at most ${target.concurrency} at a time`}>${target.url}</span>
      </th>
      <td><${Health} target=${target} /><${Breaker} target=${target} /><${LastFailure} target=${target} now=${now} /></td>
      <td class="hour"><${Sparkline} name=${target.name} minutes=${target.minutes} /></td>
      <td class="right wide">${target.p50Ms === null
        ? html`<${None} text="no attempts" />`
        : `${duration(target.p50Ms)} / ${duration(target.p95Ms)}`}</td>
      <td class="right">${number(target.pending)}
        ${target.dead > 0 && html`<a class="below" href=${link('/dead')}>${number(target.dead)} dead</a>`}</td>
      <td class="right wide">${target.oldestPending ? age(now - Date.parse(target.oldestPending)) : html`<${None} />`}</td>
      <td class="right wide">${next(target, now)}</td>
      <td class="right"><button class="small" disabled=${busy} onClick=${onSwitch} data-testid=${`${verb}-${target.name}`}
        aria-label=${`${target.paused ? 'Resume' : 'Pause'} ${target.name}`}>${target.paused ? 'Resume' : 'Pause'}</button></td>
    </tr>`;
}

const BREAKERS = {
  open: 'Circuit breaker open: nothing is sent for a while, and no retry is used up',
  halfOpen: 'Circuit breaker half open: a few attempts try whether it is back',
};

const Breaker = ({target}) => BREAKERS[target.breaker] && html`
  <span class="below" title=${BREAKERS[target.breaker]} data-testid=${`breaker-${target.name}`}>
    ${BREAKERS[target.breaker].split(':')[0]}</span>`;

const LastFailure = ({target, now}) =>
  ['failing', 'degraded'].includes(target.health) && target.lastFailure && html`
    <span class="below" title=${target.lastFailure.at}>${result(target.lastFailure)}, ${span(now - Date.parse(target.lastFailure.at))} ago</span>`;

function next(target, now) {
  if (target.paused) {
    return target.pending ? 'when resumed' : html`<${None} />`;
  }
  return target.nextAttemptAt ? countdown(Date.parse(target.nextAttemptAt) - now) : html`<${None} />`;
}
