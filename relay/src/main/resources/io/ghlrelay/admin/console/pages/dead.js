// Dead letters by target and reason, and their replay.
import {html, useState} from '../html.js';
import {api} from '../api.js';
import {deadReason, number, resultText} from '../format.js';
import {link, replace} from '../router.js';
import {Loading, Problem, Time} from '../parts/basics.js';
import {FilterBox} from '../parts/filter.js';
import {useLoaded} from '../parts/load.js';
import {ReplayDialog} from './replay.js';
import {ReplayJobs} from './jobs.js';

const REFRESH_MILLIS = 5000;

export function DeadLetters({route}) {
  const filter = route.parameters.get('q') ?? '';
  const [replaying, setReplaying] = useState(null);
  const [started, setStarted] = useState(0);
  const {data, error, load} = useLoaded(() => api.deadLetters(filter), [filter, started], REFRESH_MILLIS);
  return html`
    <header class="page-head"><div>
      <h1>Dead letters</h1>
      <p class="muted">Deliveries that were given up. Nothing is lost: mend the cause, then replay them.</p></div></header>
    <section class="panel" aria-labelledby="groups">
      <div class="panel-head"><h2 id="groups">By target and reason</h2>
        <${FilterBox} value=${filter} error=${error?.status === 400 ? error : null} onChange=${(q) => replace('/dead', {q})} />
      </div>
      ${error && error.status !== 400 && html`<${Problem} error=${error} retry=${load} />`}
      ${!data && !error && html`<${Loading} />`}
      ${data && html`<${Groups} groups=${data.groups} filter=${filter} onReplay=${setReplaying} />`}
      ${data && !data.complete && html`
        <p class="muted">Counted over the newest ${number(data.examined)}; there are more.
          A filter such as <code>since:1d</code> narrows it down.</p>`}
    </section>
    <${ReplayJobs} started=${started} />
    ${replaying !== null && html`<${ReplayDialog} target=${replaying} filter=${filter}
      onClose=${() => setReplaying(null)}
      onStarted=${() => {
        setReplaying(null);
        setStarted(started + 1);
      }} />`}`;
}

function Groups({groups, filter, onReplay}) {
  if (groups.length === 0) {
    return html`<p class="empty muted" data-testid="no-dead">${filter
      ? 'No dead letter fits this filter.'
      : 'There is no dead letter. Every delivery arrived or is still being tried.'}</p>`;
  }
  return html`
    <table class="groups">
      <thead><tr><th scope="col">Target and reason</th><th scope="col">Last result</th><th scope="col" class="right">Events</th>
        <th scope="col" class="wide">From</th><th scope="col" class="wide">To</th><th scope="col" class="right">Look at</th></tr></thead>
      ${[...byTarget(groups)].map(([target, ofTarget]) => html`
        <tbody key=${target} data-testid=${`dead-${target}`}>
          <tr class="group-head">
            <th scope="rowgroup" colspan="2">${target}</th>
            <td class="right"><strong>${number(ofTarget.reduce((sum, group) => sum + group.count, 0))}</strong></td>
            <td class="wide" colspan="2"></td>
            <td class="right">
              <button class="small primary" data-testid=${`replay-group-${target}`} onClick=${() => onReplay(target)}>
                Replay…<span class="hidden-text"> to ${target}</span></button></td>
          </tr>
          ${ofTarget.map((group) => html`<${Group} group=${group} />`)}
        </tbody>`)}
    </table>`;
}

function byTarget(groups) {
  const targets = new Map();
  groups.forEach((group) => targets.set(group.target, [...(targets.get(group.target) ?? []), group]));
  return targets;
}

const Group = ({group}) => html`
  <tr data-testid="dead-group">
    <th scope="row" class="reason">${deadReason(group.reason)}</th>
    <td>${resultText(group.lastResult)}</td>
    <td class="right">${number(group.count)}</td>
    <td class="wide"><${Time} at=${group.oldestReceivedAt} /></td>
    <td class="wide"><${Time} at=${group.newestReceivedAt} /></td>
    <td class="samples">${group.events.map((id, i) => html`
      <a class=${i ? 'wide' : ''} href=${link(`/events/${id}`)} title=${id}>
        <span class="hidden-text">event </span>${i ? i + 1 : 'newest'}</a> `)}</td>
  </tr>`;
