// The filter box: the grammar that console, API and command line share.
import {html, useEffect, useRef, useState} from '../html.js';

/** Typing is over when nothing came for this long. */
const PAUSE_MILLIS = 350;

export function FilterBox({value, error, onChange, id = 'filter', label = 'Filter events'}) {
  const [text, setText] = useState(value);
  const timer = useRef(null);
  const settled = useRef(value);
  useEffect(() => {
    // Changed from elsewhere, by a link or the back button: not by what was typed here.
    if (value !== settled.current) {
      settled.current = value;
      setText(value);
    }
    return () => clearTimeout(timer.current);
  }, [value]);
  const settle = (next) => {
    clearTimeout(timer.current);
    settled.current = next.trim();
    onChange(settled.current);
  };
  const typed = (next) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => settle(next), PAUSE_MILLIS);
  };
  return html`
    <form class="filter" role="search" onSubmit=${(e) => {
      e.preventDefault();
      settle(text);
    }}>
      <input id=${id} type="search" value=${text} data-testid=${id} aria-label=${label} spellcheck=${false}
        autocomplete="off" autocapitalize="off" aria-invalid=${Boolean(error)} aria-describedby=${error ? `${id}-error` : undefined}
        placeholder="type:Contact*  location:ID  target:NAME  state:dead  since:1h"
        onInput=${(e) => typed(e.target.value)} />
      ${error && html`<p id=${`${id}-error`} class="filter-error" role="alert" data-testid=${`${id}-error`}>${error.message}</p>`}
    </form>`;
}
