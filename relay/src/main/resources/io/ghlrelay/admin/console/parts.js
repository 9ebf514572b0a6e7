// Small pieces that several pages share.
import { html, useCallback, useEffect, useState } from './html.js';
import { get } from './api.js';
import { dateAndTime, timeOfDay } from './format.js';

const SHAPES = {
  ok: '●', idle: '○', degraded: '▲', failing: '■', paused: '‖',
  delivered: '●', pending: '◐', dead: '■', cancelled: '○', unrouted: '○',
};

/** A state by colour, shape and word. */
export function State({ of: state, label, testid, brief }) {
  return html`<span class="state ${state}" data-testid=${testid} title=${label ?? state}>
    <span aria-hidden="true">${SHAPES[state]}</span>
    <span class=${brief ? 'unseen' : ''}>${label ?? state}</span>
  </span>`;
}

/** An instant: local to the eye, exact when asked for. */
export function Time({ at, date }) {
  if (!at) return html`<span class="quiet">–</span>`;
  return html`<time datetime=${at} title=${at}>${date ? dateAndTime(at) : timeOfDay(at)}</time>`;
}

export function Failure({ error }) {
  return error
    ? html`<p class="failure" role="alert">${error.message ?? String(error)}</p>`
    : null;
}

export function CopyButton({ text, children, testid }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return html`<button type="button" onClick=${copy} data-testid=${testid}>
    ${copied ? 'Copied' : children}
  </button>`;
}

/**
 * What the API says at a path, and again every so often.
 *
 * @param every milliseconds; 0 = once
 */
export function useApi(path, parameters, every = 0) {
  const [answer, setAnswer] = useState({ data: null, error: null });
  const key = JSON.stringify(parameters ?? {});
  const load = useCallback(
    () =>
      get(path, parameters).then(
        (data) => setAnswer({ data, error: null }),
        (error) => setAnswer((before) => ({ data: before.data, error })),
      ),
    [path, key],
  );
  useEffect(() => {
    load();
    const timer = every > 0 ? setInterval(load, every) : undefined;
    return () => clearInterval(timer);
  }, [load, every]);
  return { ...answer, reload: load };
}

/** A table that scrolls sideways where it does not fit, and can be reached to do so. */
export function Scrolling({ label, children }) {
  return html`<div class="scrolling" role="region" aria-label=${label} tabindex="0">${children}</div>`;
}
