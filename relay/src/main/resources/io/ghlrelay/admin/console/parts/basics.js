// Small things that every page uses.
import {html, useEffect, useRef, useState} from '../html.js';
import {localTime} from '../format.js';

/** An instant in local time, with the UTC instant as its title. */
export const Time = ({at, format = localTime}) =>
  at ? html`<time dateTime=${at} title=${at}>${format(at)}</time>` : html`<span class="none">never</span>`;

/** Nothing to show in a cell; read as a word. */
export const None = ({text = 'none'}) => html`
  <span class="none" title=${text}><span aria-hidden="true">–</span><span class="hidden-text">${text}</span></span>`;

/** What went wrong, with all that the relay says about it. */
export const Problem = ({error, retry}) => error && html`
  <div class="notice bad" role="alert" data-testid="problem">
    <strong>${error.status ? error.title : 'No connection'}.</strong> ${error.message}
    ${error.details?.length > 0 && html`<ul>${error.details.map((one) => html`<li>${one}</li>`)}</ul>`}
    ${retry && html` <button class="small" onClick=${retry}>Try again</button>`}
  </div>`;

export const Loading = () => html`<p class="muted" data-testid="loading">Loading…</p>`;

/** Copies without the clipboard API too, which browsers withhold from plain http of other hosts. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'hidden-text';
    (document.querySelector('dialog[open]') ?? document.body).append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
}

export function CopyButton({text, label = 'Copy', ...rest}) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    const timer = copied && setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  return html`<button class="small" onClick=${async () => {
    await copy(text);
    setCopied(true);
  }} ...${rest}><span aria-live="polite">${copied ? 'Copied' : label}</span></button>`;
}

/** A modal dialog, open as long as it is rendered. */
export function Dialog({title, onClose, testId, children}) {
  const dialog = useRef(null);
  useEffect(() => {
    dialog.current.showModal();
  }, []);
  return html`
    <dialog ref=${dialog} aria-labelledby="dialog-title" data-testid=${testId} onClose=${onClose}>
      <header><h2 id="dialog-title">${title}</h2>
        <button class="icon" aria-label="Close" onClick=${() => dialog.current.close()}>
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path class="stroke" d="m4 4 8 8m0-8-8 8" /></svg>
        </button></header>
      ${children}
    </dialog>`;
}

/** One of a few, as a row of buttons. */
export const Choice = ({label, value, options, onChange}) => html`
  <div class="choice" role="group" aria-label=${label}>
    ${options.map(([key, text]) => html`
      <button aria-pressed=${key === value} onClick=${() => onChange(key)}>${text}</button>`)}
  </div>`;

/** A wide table, which scrolls by itself where the window is narrow; so the keyboard must reach it. */
export const Scroll = ({label, children}) => html`
  <div class="scroll" role="region" aria-label=${label} tabindex="0">${children}</div>`;
