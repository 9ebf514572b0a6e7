// The original request as a curl command, to a URL of one's own.
import {html, useEffect, useState} from '../html.js';
import {api} from '../api.js';
import {CopyButton, Dialog, Loading, Problem} from '../parts/basics.js';

/** What curl sets by itself, and what was about the connection that the event came on. */
const LEFT_OUT = new Set(['host', 'content-length', 'connection', 'keep-alive', 'transfer-encoding',
  'te', 'trailer', 'upgrade', 'expect', 'accept-encoding']);

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** @param {Uint8Array|null} body null = it is not shown: the command reads a file instead */
function curlCommand(event, body, url) {
  const headers = event.headers.filter(({name, value}) => !LEFT_OUT.has(name.toLowerCase()) && value !== '***');
  return [
    `curl ${quoted(url)}`,
    ...headers.map(({name, value}) => `-H ${quoted(`${name}: ${value}`)}`),
    data(event, body),
  ].join(' \\\n  ');
}

/** As text only where the shell gives back exactly the bytes that were signed. */
function data(event, body) {
  try {
    const text = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(body ?? undefined);
    if (body && !text.includes('\0')) {
      return `--data-raw ${quoted(text)}`;
    }
  } catch {
    // not UTF-8
  }
  return `--data-binary ${quoted(`@${event.id}.json`)}`;
}

export function Curl({event, bodiesHidden, onClose}) {
  const [url, setUrl] = useState('http://127.0.0.1:3000/webhooks');
  const [body, setBody] = useState(null);
  const [error, setError] = useState(null);
  useEffect(() => {
    if (!bodiesHidden) {
      api.body(event.id).then(setBody, setError);
    }
  }, [event.id, bodiesHidden]);
  const ready = body || bodiesHidden || error;
  const command = ready && curlCommand(event, body, url);
  return html`
    <${Dialog} title="Copy as curl" testId="curl-dialog" onClose=${onClose}>
      <label>Send it to
        <input type="url" value=${url} data-testid="curl-url" onInput=${(e) => setUrl(e.target.value)} /></label>
      <${Problem} error=${error} />
      ${bodiesHidden && html`<p class="muted">The body is hidden; the command reads it from a file.</p>`}
      ${command
        ? html`<pre tabindex="0" role="region" aria-label="Command" data-testid="curl-command">${command}</pre>`
        : html`<${Loading} />`}
      <p class="muted">The signature is the platform's own: your endpoint can verify it.</p>
      ${command && html`<div class="buttons"><${CopyButton} text=${command} label="Copy the command" /></div>`}
    <//>`;
}
