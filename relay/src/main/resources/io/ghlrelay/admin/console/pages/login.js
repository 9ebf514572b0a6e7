// Asks for the token, where one is needed.
import { html, useState } from '../html.js';
import { post } from '../api.js';
import { Failure } from '../parts.js';

export function Login({ done }) {
  const [token, setToken] = useState('');
  const [error, setError] = useState(null);
  const enter = (e) => {
    e.preventDefault();
    post('/api/v1/session', { token }).then(done, setError);
  };
  return html`<div class="login"><h1>GHL Relay</h1>
    <form onSubmit=${enter}>
      <label for="token">Admin token</label>
      <input id="token" data-testid="token" type="password" autocomplete="current-password" required value=${token} onInput=${(e) => setToken(e.target.value)} />
      <button type="submit" data-testid="login">Log in</button>
    </form>
    <${Failure} error=${error} />
    <p class="quiet">It is <code>admin.token</code> of the configuration.</p></div>`;
}
