// Before a replay: how many it would be, how fast, and are you sure.
import {html, useEffect, useState} from '../html.js';
import {api} from '../api.js';
import {count, duration, number} from '../format.js';
import {Dialog, Loading, Problem} from '../parts/basics.js';
import {useAction} from '../parts/load.js';

/** More than this must be confirmed by typing. */
const MANY = 100;

/** The API counts no further. */
const COUNTED_AT_MOST = 10_000;

/** The dead letters of a target, within what the page is filtered to. */
const replayFilter = (target, filter) =>
  [`state:dead`, `target:${target.includes(' ') ? `"${target}"` : target}`,
    ...filter.split(/\s+(?=(?:[^"]*"[^"]*")*[^"]*$)/).filter((word) => word && !/^(state|target):/.test(word))].join(' ');

export function ReplayDialog({target, filter, onClose, onStarted}) {
  const q = replayFilter(target, filter);
  const [matched, setMatched] = useState(null);
  const [perSecond, setPerSecond] = useState('20');
  const [typed, setTyped] = useState('');
  const counting = useAction(() => api.countReplay(q));
  const starting = useAction(() => api.startReplay(q, perSecond ? {perSecond: Number(perSecond)} : {}));
  useEffect(() => {
    counting.run().then((answer) => answer && setMatched(answer.matched));
  }, [q]);
  const confirmed = matched !== null && (matched <= MANY || typed.trim() === String(matched));
  return html`
    <${Dialog} title=${`Replay to ${target}`} testId="replay-dialog" onClose=${onClose}>
      <form onSubmit=${async (e) => {
        e.preventDefault();
        if (await starting.run()) {
          onStarted();
        }
      }}>
        <${Problem} error=${counting.error ?? starting.error} />
        ${counting.busy && html`<${Loading} />`}
        ${matched !== null && html`
          <p class="large" data-testid="replay-count">
            ${matched >= COUNTED_AT_MOST ? `${number(matched)} events or more` : count(matched, 'event')} would be tried again.</p>`}
        <p class="muted">All dead letters of this target, whatever the reason: <code>${q}</code>. Each begins a new series
          of attempts; what the target took before, it may get twice, under the same ids.</p>
        <label>Events a second
          <input type="number" min="1" max="10000" value=${perSecond} data-testid="replay-rate" placeholder="as fast as it goes"
            onInput=${(e) => setPerSecond(e.target.value)} /></label>
        <p class="muted">${pace(matched, Number(perSecond))}</p>
        ${matched > MANY && html`
          <label>Type ${matched} to confirm
            <input value=${typed} inputmode="numeric" autocomplete="off" data-testid="replay-confirm"
              onInput=${(e) => setTyped(e.target.value)} /></label>`}
        <div class="buttons">
          <button type="submit" class="primary" data-testid="replay-start" disabled=${!matched || !confirmed || starting.busy}>Replay</button>
          <button type="button" onClick=${onClose}>Leave it</button>
        </div>
      </form>
    <//>`;
}

function pace(matched, perSecond) {
  if (!perSecond) {
    return 'Without a number: as fast as the relay and the target take them.';
  }
  return matched ? `Takes about ${duration(Math.max(1000, (matched / perSecond) * 1000))}.` : '';
}
