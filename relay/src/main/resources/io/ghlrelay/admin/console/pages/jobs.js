// Replays under way and done.
import {html, useEffect} from '../html.js';
import {api} from '../api.js';
import {number} from '../format.js';
import {None, Problem, Scroll, Time} from '../parts/basics.js';
import {Mark} from '../parts/marks.js';
import {useAction, useLoaded} from '../parts/load.js';

const WHILE_RUNNING = 1000;
const AT_REST = 10_000;

const STATES = {
  running: ['ring', 'idle', 'running'],
  done: ['circle', 'good', 'done'],
  cancelled: ['dash', 'warn', 'cancelled'],
  failed: ['diamond', 'bad', 'failed'],
};

/** @param {{started: number}} props changes when a replay was started: look at once */
export function ReplayJobs({started}) {
  const {data, error, load} = useLoaded(api.replays, [started]);
  const running = data?.replays.some((job) => job.state === 'running');
  useEffect(() => {
    const timer = setInterval(load, running ? WHILE_RUNNING : AT_REST);
    return () => clearInterval(timer);
  }, [load, running]);
  const cancel = useAction(api.cancelReplay);
  const again = useAction((job) => api.startReplay(job.filter, {cursor: job.cursor, ...(job.perSecond ? {perSecond: job.perSecond} : {})}));
  const then = async (action, value) => {
    await action.run(value);
    load();
  };
  return html`
    <section class="panel" aria-labelledby="jobs">
      <h2 id="jobs">Replays</h2>
      <${Problem} error=${error ?? cancel.error ?? again.error} />
      ${data?.replays.length === 0 && html`<p class="empty muted">None since the relay started.</p>`}
      ${data?.replays.length > 0 && html`
        <${Scroll} label="Replays">
          <table class="jobs">
            <thead><tr><th scope="col">Which</th><th scope="col">State</th><th scope="col">Progress</th>
              <th scope="col" class="right wide">A second</th><th scope="col" class="wide">Started</th>
              <th scope="col"><span class="hidden-text">Do</span></th></tr></thead>
            <tbody>${data.replays.map((job) => html`
              <${Job} key=${job.id} job=${job} onCancel=${() => then(cancel, job.id)} onContinue=${() => then(again, job)} />`)}</tbody>
          </table>
        <//>`}
    </section>`;
}

function Job({job, onCancel, onContinue}) {
  const [shape, tone, words] = STATES[job.state];
  const worked = job.replayed + job.skipped;
  return html`
    <tr data-testid="replay-job" data-state=${job.state} data-job=${job.id}>
      <th scope="row"><code>${job.filter}</code></th>
      <td><span class=${`state ${tone}`}><${Mark} shape=${shape} tone=${tone} />${words}</span>
        ${job.error && html`<span class="below">${job.error}</span>`}</td>
      <td><progress max=${Math.max(1, job.matched)} value=${worked} aria-label=${`Progress of ${job.filter}`}></progress>
        <span class="below" data-testid="replay-progress">${number(job.replayed)} of ${number(job.matched)}${
          job.skipped > 0 && `, ${number(job.skipped)} needed none`}</span></td>
      <td class="right wide">${job.perSecond ?? html`<${None} text="no limit" />`}</td>
      <td class="wide"><${Time} at=${job.startedAt} /></td>
      <td class="right">${job.state === 'running'
        ? html`<button class="small" data-testid="replay-cancel" onClick=${onCancel}>Cancel</button>`
        : job.state !== 'done' && job.cursor && html`<button class="small" onClick=${onContinue}>Go on</button>`}</td>
    </tr>`;
}
