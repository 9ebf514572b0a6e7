// The way in where the relay has a token.
import {html, useEffect, useRef, useState} from '../html.js';
import {api} from '../api.js';
import {Problem} from '../parts/basics.js';
import {useAction} from '../parts/load.js';

export function Login({onDone}) {
  const [token, setToken] = useState('');
  const field = useRef(null);
  const {busy, error, run} = useAction(() => api.login(token));
  useEffect(() => field.current.focus(), []);
  return html`
    <main class="login" id="main" tabindex="-1">
      <form class="panel" onSubmit=${async (e) => {
        e.preventDefault();
        if (await run()) {
          onDone();
        } else {
          field.current.select();
        }
      }}>
        <img src="/console/icon.svg" width="40" height="40" alt="" />
        <h1>GHL Relay</h1>
        <label>Admin token
          <input ref=${field} type="password" autocomplete="current-password" required data-testid="token" value=${token}
            aria-describedby="token-hint" onInput=${(e) => setToken(e.target.value)} /></label>
        <p id="token-hint" class="muted">It is <code>admin.token</code> in the relay's configuration.</p>
        <${Problem} error=${error} />
        <button class="primary" type="submit" disabled=${busy} data-testid="login">Log in</button>
      </form>
    </main>`;
}
