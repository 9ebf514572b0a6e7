// The configuration in force, defaults included, secrets left out by the relay.
import {html} from '../html.js';
import {api} from '../api.js';
import {useLive} from '../live.js';
import {CopyButton, Loading, Problem, Time} from '../parts/basics.js';
import {useAction, useLoaded} from '../parts/load.js';

export function Config() {
  const {data, error, load} = useLoaded(api.config, []);
  const {status} = useLive();
  const reload = useAction(async () => {
    await api.reload();
    load();
    return true;
  });
  const text = data && yaml(data.config).map(plain).join('\n');
  return html`
    <header class="page-head">
      <div><h1>Configuration</h1>
        <p class="muted">In force now, defaults included. Secrets are hidden as ***.</p></div>
      <div class="buttons">
        ${data && html`<${CopyButton} text=${text} />`}
        <button class="small" disabled=${reload.busy} data-testid="reload" onClick=${reload.run}>Read the file again</button>
      </div>
    </header>
    <${Problem} error=${error ?? reload.error} />
    ${status && html`<${About} status=${status} />`}
    ${!data && !error && html`<${Loading} />`}
    ${data?.warnings.length > 0 && html`
      <section class="notice warn" aria-labelledby="warnings" data-testid="warnings"><h2 id="warnings">Warnings</h2>
        <ul>${data.warnings.map((one) => html`<li>${one}</li>`)}</ul></section>`}
    ${data && Object.entries(data.config).map(([name, value]) => html`
      <details class="panel" open data-testid=${`config-${name}`}>
        <summary><h2>${name}</h2></summary>
        <pre tabindex="0" role="region" aria-label=${name}>${yaml(value).map((line) => html`<${Line} line=${line} />`)}</pre>
      </details>`)}`;
}

const About = ({status}) => html`
  <section class="panel" aria-labelledby="about"><h2 id="about">This relay</h2>
    <dl class="facts">
      <dt>Version</dt><dd>${status.version} <span class="muted">${status.commit}</span></dd>
      <dt>Started</dt><dd><${Time} at=${status.startedAt} /></dd>
      ${status.checks.map(({name, ok, detail}) => html`
        <dt>${name}</dt><dd class=${ok ? '' : 'state bad'}>${detail || (ok ? 'fine' : 'not fine')}</dd>`)}
    </dl></section>`;

/**
 * A value as lines of YAML: {indent, dash, key, value}. For reading; what the relay shows is its
 * own form of the file.
 */
function yaml(value, indent = 0) {
  if (Array.isArray(value)) {
    return value.flatMap((item) => {
      const [first, ...rest] = isTree(item) ? yaml(item, indent + 2) : [{indent, value: scalar(item)}];
      return [{...first, indent, dash: true}, ...rest];
    });
  }
  return Object.entries(value).flatMap(([key, item]) =>
    isTree(item) ? [{indent, key}, ...yaml(item, indent + 2)] : [{indent, key, value: scalar(item)}]);
}

/** How a secret is shown. */
const HIDDEN = '"***"';

const isObject = (value) => value !== null && typeof value === 'object';

/** Whether a value takes lines of its own; a list of plain values stands in one. */
const isTree = (value) => isObject(value)
  && (Array.isArray(value) ? value.some(isObject) : Object.keys(value).length > 0);

function scalar(value) {
  if (isObject(value)) {
    return Array.isArray(value) ? `[${value.map(scalar).join(', ')}]` : '{}';
  }
  const needsQuotes = typeof value === 'string' && (/^[\s*&!%@`#{}[\]|>"'-]|: | #|[\s:]$|^(true|false|null|~|[\d.]+)?$/i).test(value);
  return needsQuotes ? JSON.stringify(value) : String(value);
}

const lead = ({indent, dash}) => ' '.repeat(indent) + (dash ? '- ' : '');

const plain = (line) => `${lead(line)}${line.key ? `${line.key}:` : ''}${line.key && line.value ? ' ' : ''}${line.value ?? ''}`;

function Line({line}) {
  const tone = line.value === HIDDEN ? 'muted' : 'yaml-value';
  return html`${lead(line)}${line.key && html`<span class="yaml-key">${line.key}</span>:`
  }${line.key && line.value && ' '}<span class=${tone}>${line.value}</span>${'\n'}`;
}
