// Dead letters by target and reason, and replays with their progress.
import { html, useState } from '../html.js';
import { post } from '../api.js';
import { number, plural } from '../format.js';
import { Failure, Scrolling, State, Time, useApi } from '../parts.js';

/** Above so many events the number is to be typed. */
const CONFIRM_ABOVE = 100;

export function DeadLetters() {
  const { data, error, reload } = useApi('/api/v1/dead-letters', {}, 5000);
  const { data: replays, reload: reloadReplays } = useApi('/api/v1/replays', {}, 1000);
  const again = () => { reload(); reloadReplays(); };
  return html`
    <h1>Dead letters</h1>
    <p class="quiet">What stopped undelivered: <i>rejected</i> by an answer that is not tried again, or <i>exhausted</i> after the last retry. A replay makes it pending again, as a new series of attempts.</p>
    <${Failure} error=${error} />
    ${data && data.groups.length === 0 && html`<p data-testid="no-dead">None.</p>`}
    ${data && data.groups.length > 0 && html`<${Groups} groups=${data.groups} />`}
    ${data && !data.complete && html`<p class="quiet">The newest ${number(data.examined)} events with a dead letter were looked at; there are more.</p>`}
    <${Replay} started=${again} />
    ${replays && replays.replays.length > 0 && html`<${Jobs} jobs=${replays.replays} changed=${again} />`}`;
}

function Groups({ groups }) {
  return html`<${Scrolling} label="Dead letters by target and reason"><table data-testid="groups">
    <thead><tr><th scope="col">Target</th><th scope="col">Reason</th><th scope="col">Last result</th><th scope="col" class="number">Events</th>
      <th scope="col" class="wide">Oldest</th><th scope="col" class="wide">Newest</th><th scope="col">Look at</th></tr></thead>
    <tbody>${groups.map((group) => html`<tr>
      <th scope="row">${group.target}</th><td>${group.reason}</td><td>${group.lastResult ?? '–'}</td>
      <td class="number">${number(group.count)}</td>
      <td class="wide"><${Time} at=${group.oldestReceivedAt} date=${true} /></td><td class="wide"><${Time} at=${group.newestReceivedAt} date=${true} /></td>
      <td><a href=${`#/events/${group.events[0]}`}>newest</a>, <a href=${`#/?q=${encodeURIComponent(`state:dead target:${group.target}`)}`}>all</a></td>
    </tr>`)}</tbody>
  </table><//>`;
}

function Replay({ started }) {
  const [filter, setFilter] = useState('state:dead');
  const [rate, setRate] = useState('');
  const [counted, setCounted] = useState(null);
  const [typed, setTyped] = useState('');
  const [error, setError] = useState(null);
  const count = (e) => {
    e.preventDefault();
    setTyped('');
    post('/api/v1/replays', { q: filter, dryRun: true }).then(
      (done) => { setError(null); setCounted({ filter, matched: done.matched }); }, setError);
  };
  const start = () =>
    post('/api/v1/replays', { q: counted.filter, background: true, ...(rate ? { perSecond: Number(rate) } : {}) })
      .then(() => { setCounted(null); setError(null); started(); }, setError);
  const confirmed = counted && (counted.matched <= CONFIRM_ABOVE || typed === String(counted.matched));
  return html`<section aria-labelledby="replay"><h2 id="replay">Replay</h2>
    <form class="actions" onSubmit=${count}>
      <label>Filter <input data-testid="replay-filter" value=${filter} onInput=${(e) => { setFilter(e.target.value); setCounted(null); }} /></label>
      <label>Events a second <input data-testid="replay-rate" type="number" min="1" max="10000" value=${rate} placeholder="no limit" onInput=${(e) => setRate(e.target.value)} /></label>
      <button type="submit" data-testid="dry-run">Count</button>
    </form>
    <${Failure} error=${error} />
    ${counted && html`<p data-testid="counted" role="status">${plural(counted.matched, 'event')} ${counted.matched === 1 ? 'fits' : 'fit'}.</p>`}
    ${counted && counted.matched > 0 && html`<p class="actions">
      ${counted.matched > CONFIRM_ABOVE && html`<label>Type ${counted.matched} to confirm <input data-testid="confirm" inputmode="numeric" value=${typed} onInput=${(e) => setTyped(e.target.value.trim())} /></label>`}
      <button type="button" data-testid="start-replay" disabled=${!confirmed} onClick=${start}>Replay ${plural(counted.matched, 'event')}</button>
    </p>`}
  </section>`;
}

function Jobs({ jobs, changed }) {
  const [error, setError] = useState(null);
  const cancel = (id) => post(`/api/v1/replays/${id}/cancel`).then(changed, setError);
  return html`<section aria-labelledby="jobs"><h2 id="jobs">Replays since the start</h2><${Failure} error=${error} />
    <${Scrolling} label="Replays"><table data-testid="replays">
      <thead><tr><th scope="col">Replay</th><th scope="col">Filter</th><th scope="col">Progress</th><th scope="col">State</th><th scope="col" class="wide">Started</th><th scope="col"><span class="unseen">Do</span></th></tr></thead>
      <tbody>${jobs.map((job) => html`<tr key=${job.id}>
        <th scope="row">${job.id}</th><td class="id">${job.filter}</td>
        <td><progress aria-label=${`Progress of ${job.id}`} max=${Math.max(1, job.matched)} value=${job.replayed + job.skipped} /> ${number(job.replayed)} of ${number(job.matched)}${job.skipped > 0 ? `, ${number(job.skipped)} skipped` : ''}</td>
        <td><${State} of=${{ running: 'pending', done: 'delivered', cancelled: 'cancelled', failed: 'dead' }[job.state]} label=${job.state} testid=${`job-${job.id}`} />${job.error ? ` ${job.error}` : ''}</td>
        <td class="wide"><${Time} at=${job.startedAt} date=${true} /></td>
        <td>${job.state === 'running' && html`<button type="button" aria-label=${`Cancel ${job.id}`} onClick=${() => cancel(job.id)}>Cancel</button>`}</td>
      </tr>`)}</tbody>
    </table><//></section>`;
}
