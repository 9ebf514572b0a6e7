// Events as they come, newest first, with a filter that the address keeps.
import {html, useCallback, useEffect, useMemo, useRef, useState} from '../html.js';
import {api} from '../api.js';
import {count, countdown} from '../format.js';
import {link, replace} from '../router.js';
import {receive, watch} from '../live.js';
import {EMPTY, listed, MAX_ROWS, mostAttempts, nextAttempt, received, released} from '../rows.js';
import {Loading, None, Problem, Time} from '../parts/basics.js';
import {DeliveryMark, Mark} from '../parts/marks.js';
import {FilterBox} from '../parts/filter.js';

/** Events listed at once; the stream adds to them. */
const LISTED = 100;

/** Where the stream cannot tell that an event fits no longer, or leaves some out, the list is asked. */
const REFRESH_MILLIS = 3000;

/**
 * The list: {rows, news, skipped, error, loading}. While held, new events wait among the news, but
 * the rows shown go on telling how their deliveries stand.
 */
function useRows(filter, held) {
  const [state, setState] = useState({...EMPTY, skipped: 0, error: null, loading: true});
  const stale = useRef(false);
  const holding = useRef(held);
  holding.current = held;
  const change = (step) => setState((old) => ({...old, ...step(old)}));

  const list = useCallback(async (replacing) => {
    try {
      const {events} = await api.events(filter, LISTED);
      change((old) => ({...listed(old, events, holding.current, replacing), error: null, loading: false}));
      watch(filter);
    } catch (error) {
      change(() => ({error, loading: false}));
    }
  }, [filter]);

  useEffect(() => {
    change(() => ({skipped: 0}));
    list(true);
  }, [list]);

  useEffect(() => receive((messages) => {
    const skipped = messages.reduce((sum, {name, data}) => sum + (name === 'gap' ? data.skipped : 0), 0);
    stale.current ||= skipped > 0 || messages.some(({name}) => name === 'reconnected');
    change((old) => ({...received(old, messages, holding.current), skipped: old.skipped + skipped}));
  }), []);

  useEffect(() => {
    if (!held) {
      change(released);
    }
  }, [held]);

  useEffect(() => {
    // An event leaves `state:pending` without a message to whoever watches only what is pending.
    const byState = /(^|\s)state:/.test(filter);
    const timer = setInterval(() => {
      if (stale.current || byState) {
        stale.current = false;
        list(byState);
      }
    }, REFRESH_MILLIS);
    return () => clearInterval(timer);
  }, [list, filter]);

  return {...state, news: state.news.length};
}

export function Stream({filter, now}) {
  const [paused, setPaused] = useState(false);
  const [hovered, setHovered] = useState(false);
  const held = paused || hovered;
  const {rows, news, skipped, error, loading} = useRows(filter, held);
  return html`
    <section class="panel" aria-labelledby="stream">
      <div class="panel-head">
        <h2 id="stream">Live events</h2>
        <${FilterBox} value=${filter} error=${error?.status === 400 ? error : null}
          onChange=${(q) => replace('/', {q})} />
        <span class="muted held-note" data-testid="held">${heldNote(held, news)}</span>
        <button class="small" aria-pressed=${paused} data-testid="hold" onClick=${() => setPaused(!paused)}>
          ${paused ? 'Go on' : 'Hold'}</button>
      </div>
      ${error && error.status !== 400 && html`<${Problem} error=${error} />`}
      ${skipped > 0 && html`<p class="gap muted" data-testid="gap">
        ${count(skipped, 'event')} left out: more happens than can be shown one by one. A filter narrows it down.</p>`}
      <table class="stream" data-testid="stream"
        onPointerEnter=${(e) => e.pointerType === 'mouse' && setHovered(true)} onPointerLeave=${() => setHovered(false)}>
        <thead><tr>
          <th scope="col">Time</th><th scope="col">Type</th><th scope="col" class="wide">Location</th>
          <th scope="col">Targets</th><th scope="col" class="right">Attempts</th><th scope="col" class="right">Next attempt</th>
        </tr></thead>
        <tbody>${rows.map((row) => html`<${Row} key=${row.id} event=${row} now=${now} />`)}</tbody>
      </table>
      ${loading && html`<${Loading} />`}
      ${!loading && rows.length === 0 && !error && html`
        <p class="muted empty">${filter ? 'No event fits this filter.' : 'No event has come yet. The first one appears here by itself.'}</p>`}
    </section>`;
}

function heldNote(held, news) {
  if (!held) {
    return '';
  }
  return news ? `held, ${news}${news === MAX_ROWS ? ' or more' : ''} new` : 'held';
}

function Row({event, now}) {
  const due = nextAttempt(event);
  const next = due === null ? null : countdown(due - now);
  // Two hundred rows and a clock: only a row that changes is made anew.
  return useMemo(() => html`
    <tr data-testid="event-row" data-event=${event.id}>
      <td><a class="row-link" href=${link(`/events/${event.id}`)}><${Time} at=${event.receivedAt} /></a></td>
      <td class="type">${event.type ?? html`<${None} text="no type" />`}</td>
      <td class="wide"><code>${event.locationId ?? html`<${None} text="no location" />`}</code></td>
      <td class="deliveries">${event.deliveries.length === 0
        ? html`<span class="delivery" data-state="unrouted"><${Mark} shape="dash" tone="warn" />unrouted</span>`
        : event.deliveries.map((delivery) => html`<${DeliveryMark} key=${delivery.target} delivery=${delivery} />`)}</td>
      <td class="right">${event.deliveries.length ? mostAttempts(event) : html`<${None} />`}</td>
      <td class="right">${next ?? html`<${None} />`}</td>
    </tr>`, [event, next]);
}
