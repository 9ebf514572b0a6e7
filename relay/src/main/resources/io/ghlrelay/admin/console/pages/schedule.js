// The schedule explorer: when a policy would try again, without any event.
import {html} from '../html.js';
import {api} from '../api.js';
import {count, offset} from '../format.js';
import {replace} from '../router.js';
import {Choice, Loading, Problem} from '../parts/basics.js';
import {useLoaded} from '../parts/load.js';
import {PlanTable} from '../draw/attempts.js';
import {Schedule} from '../draw/schedule.js';
import {ofSchedule} from '../draw/timeline.js';

export function ScheduleExplorer({route}) {
  const asked = Object.fromEntries(['policy', 'timeline', 'jitter'].map((name) => [name, route.parameters.get(name) ?? '']));
  const {data, error} = useLoaded(() => api.schedule(asked), [asked.policy, asked.timeline, asked.jitter]);
  const change = (name, value) => replace('/schedule', {...asked, [name]: value});
  return html`
    <header class="page-head"><div><h1>Schedule</h1>
      <p class="muted">When a delivery is tried again if every attempt fails at once.</p></div></header>
    <section class="panel" aria-labelledby="choose">
      <h2 id="choose" class="hidden-text">Choose</h2>
      <div class="fields">
        <label>Policy
          <select value=${data?.policy ?? ''} data-testid="policy" onChange=${(e) => change('policy', e.target.value)}>
            ${(data?.policies ?? []).map((name) => html`<option value=${name} selected=${name === data.policy}>${name}</option>`)}
          </select></label>
        <div class="field"><span>Retries count from</span>
          <${Choice} label="Timeline" value=${data?.timeline} onChange=${(value) => change('timeline', value)}
            options=${[['offsets', 'the first attempt'], ['intervals', 'the attempt before']]} /></div>
        <label>Jitter
          <input value=${asked.jitter} size="8" placeholder=${data ? `${data.jitter.minMs / 1000}s` : ''} data-testid="jitter"
            disabled=${data?.jitter.on === 'none'} onChange=${(e) => change('jitter', e.target.value.trim())} /></label>
        ${data && html`<p class="muted">${jitterWords(data.jitter)}</p>`}
      </div>
      <${Problem} error=${error} />
    </section>
    ${!data && !error && html`<${Loading} />`}
    ${data && html`<${Shown} schedule=${data} />`}`;
}

const jitterWords = ({on, minMs, maxMs}) => ({
  none: 'This policy has no jitter.',
  first: `Drawn once, between ${offset(minMs)} and ${offset(maxMs)}, and added to every retry.`,
  each: `Drawn for each retry, between ${offset(minMs)} and ${offset(maxMs)}.`,
})[on];

function Shown({schedule}) {
  const timeline = ofSchedule(schedule);
  return html`
    <section class="panel" aria-labelledby="drawn">
      <h2 id="drawn">${schedule.policy}</h2>
      <p class="muted">Tries again on ${schedule.retryOn.join(', ')}. Ends after ${schedule.stop === 'maxDuration'
        ? `${offset(schedule.maxDurationMs)}: a later retry is not made`
        : count(schedule.maxRetries, 'retry', 'retries')}.</p>
      ${schedule.assumed.length > 0 && html`
        <p class="notice warn">Nobody publishes these of the platform's policy; they are assumed: ${schedule.assumed.join(', ')}.</p>`}
      <${Schedule} name=${schedule.policy} timeline=${timeline} />
      <${PlanTable} timeline=${timeline} />
    </section>`;
}
