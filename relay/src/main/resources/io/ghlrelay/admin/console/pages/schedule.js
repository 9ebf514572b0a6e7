// What a retry policy does, if every attempt fails at once.
import { html, useState } from '../html.js';
import { duration } from '../format.js';
import { Failure, Scrolling, useApi } from '../parts.js';
import { ScheduleDrawing } from '../draw/schedule.js';

export function SchedulePage() {
  const [policy, setPolicy] = useState('ghl-2025');
  const [timeline, setTimeline] = useState('');
  const [jitter, setJitter] = useState('');
  const { data, error } = useApi('/api/v1/schedule', { policy, timeline, jitter });
  return html`<h1>Schedule explorer</h1>
    <form class="actions" onSubmit=${(e) => e.preventDefault()}>
      <label>Policy <select data-testid="policy" value=${policy} onChange=${(e) => setPolicy(e.target.value)}>
        ${(data?.policies ?? [policy]).map((name) => html`<option value=${name}>${name}</option>`)}</select></label>
      <label>Timeline <select value=${timeline} onChange=${(e) => setTimeline(e.target.value)}>
        <option value="">the policy's own</option><option value="offsets">offsets</option><option value="intervals">intervals</option></select></label>
      <label>Jitter <input data-testid="jitter" value=${jitter} placeholder="the least, or 3s" onChange=${(e) => setJitter(e.target.value.trim())} /></label>
    </form>
    <${Failure} error=${error} />
    ${data && html`
      <p>On ${data.retryOn.join(', ')}: at most ${data.maxRetries} retries, none due later than ${duration(data.maxDurationMs)} after the first failure. ${data.stop === 'maxDuration' ? 'The time ends it first.' : 'The number ends it first.'}</p>
      ${data.assumed.length > 0 && html`<p class="watch">Not published by the platform, so assumed: ${data.assumed.join(', ')}.</p>`}
      <${ScheduleDrawing} name=${data.policy} cap=${data.maxDurationMs}
        window=${data.jitter.on === 'first' ? [data.jitter.minMs, data.jitter.maxMs] : null}
        ticks=${data.attempts.map((a) => ({ number: a.number, offset: a.offsetMs, earliest: a.earliestMs, latest: a.latestMs }))} />
      <${Scrolling} label="Attempts"><table>
        <thead><tr><th scope="col" class="number">Attempt</th><th scope="col" class="number">After the first</th><th scope="col" class="number">After the one before</th><th scope="col">Earliest to latest</th></tr></thead>
        <tbody>${data.attempts.map((attempt, i) => html`<tr><th scope="row" class="number">${attempt.number}</th>
          <td class="number">${duration(attempt.offsetMs)}</td>
          <td class="number">${i === 0 ? '–' : duration(attempt.offsetMs - data.attempts[i - 1].offsetMs)}</td>
          <td>${duration(attempt.earliestMs)} to ${duration(attempt.latestMs)}</td></tr>`)}</tbody>
      </table><//>`}`;
}
