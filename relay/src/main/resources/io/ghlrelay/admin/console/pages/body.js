// An event's body. Asked for only when someone wants to see it: it holds personal data.
import {html, useState} from '../html.js';
import {api} from '../api.js';
import {useLive} from '../live.js';
import {Choice, CopyButton, Problem} from '../parts/basics.js';
import {useAction} from '../parts/load.js';

export function Body({event}) {
  const [bytes, setBytes] = useState(null);
  const [form, setForm] = useState('pretty');
  const {status} = useLive();
  const {busy, error, run} = useAction(() => api.body(event.id));
  const text = bytes && (form === 'pretty' ? pretty(bytes) : new TextDecoder().decode(bytes));
  return html`
    <section class="panel" aria-labelledby="body" data-testid="body">
      <div class="panel-head"><h2 id="body">Body</h2><span class="grow"></span>
        ${bytes && html`
          <${Choice} label="Form of the body" value=${form} onChange=${setForm}
            options=${[['pretty', 'Pretty'], ['raw', 'As it came']]} />
          <${CopyButton} text=${text} />`}
      </div>
      <${Problem} error=${error} />
      ${status?.bodiesHidden && html`<p class="muted" data-testid="bodies-hidden">
        Bodies are hidden by the configuration (<code>admin.showBodies</code>).</p>`}
      ${!status?.bodiesHidden && !bytes && html`
        <button disabled=${busy} data-testid="show-body" onClick=${async () => setBytes(await run())}>Show the body</button>`}
      ${bytes && html`<pre tabindex="0" role="region" aria-label="Body">${text}</pre>`}
    </section>`;
}

/** Indented where it is JSON; the raw form shows the exact text. */
function pretty(bytes) {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
