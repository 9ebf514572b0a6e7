// The configuration in force.
import { html, useState } from '../html.js';
import { post } from '../api.js';
import { Failure, useApi } from '../parts.js';

/** As the file would say it; only for reading, so no quoting beyond what the eye needs. */
function yaml(value, indent = '') {
  if (Array.isArray(value)) {
    return value.map((item) =>
      item !== null && typeof item === 'object'
        ? `${indent}- ${yaml(item, `${indent}  `).trimStart()}`
        : `${indent}- ${plain(item)}`).join('\n');
  }
  return Object.entries(value).map(([key, item]) => {
    if (item !== null && typeof item === 'object') {
      return Object.keys(item).length === 0
        ? `${indent}${key}: ${Array.isArray(item) ? '[]' : '{}'}`
        : `${indent}${key}:\n${yaml(item, `${indent}  `)}`;
    }
    return `${indent}${key}: ${plain(item)}`;
  }).join('\n');
}

const plain = (value) => (typeof value === 'string' && /[:#*{}[\],&?|<>=!%@`]|^$/.test(value) ? JSON.stringify(value) : String(value));

export function ConfigPage({ status }) {
  const { data, error, reload } = useApi('/api/v1/config');
  const [said, setSaid] = useState('');
  const [failure, setFailure] = useState(null);
  const again = () =>
    post('/api/v1/reload').then(
      (done) => {
        setFailure(null);
        setSaid(done.warnings.length > 0 ? `Reloaded, with warnings: ${done.warnings.join('; ')}` : 'Reloaded.');
        reload();
      },
      (problem) => { setSaid(''); setFailure(problem); });
  return html`<h1>Configuration</h1>
    <p class="actions"><button type="button" onClick=${again}>Read the file again</button>
      ${status && html`<span class="quiet">GHL Relay ${status.version} (${status.commit})</span>`}</p>
    <p role="status" class="quiet">${said}</p>
    <${Failure} error=${failure ?? error} />
    ${data && data.warnings.length > 0 && html`<ul class="watch">${data.warnings.map((warning) => html`<li>${warning}</li>`)}</ul>`}
    ${data && html`<p class="quiet">In force now, defaults included; secrets are left out.</p>
      <pre class="body" tabindex="0" data-testid="config">${yaml(data.config)}</pre>`}`;
}
