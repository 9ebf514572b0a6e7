// States as shape, colour and words; never as colour alone.
import {html} from '../html.js';
import {deadReason} from '../format.js';

// Each fills a box of 12 by 12.
const SHAPES = {
  circle: () => html`<circle cx="6" cy="6" r="4.5" />`,
  ring: () => html`<circle class="hollow" cx="6" cy="6" r="3.75" />`,
  triangle: () => html`<path d="M6 1 11.4 10.5H.6Z" />`,
  diamond: () => html`<path d="M6 .4 11.6 6 6 11.6.4 6Z" />`,
  square: () => html`<rect x="1.5" y="1.5" width="9" height="9" rx="1" />`,
  bars: () => html`<path d="M2 1.5h3v9H2zM7 1.5h3v9H7z" />`,
  dash: () => html`<path d="M1.5 4.75h9v2.5h-9z" />`,
};

/** @param {{shape: string, tone: string}} props */
export const Mark = ({shape, tone}) => html`
  <svg class=${`mark ${tone}`} viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">${SHAPES[shape]()}</svg>`;

/** The same shape inside a drawing, around a point. */
export const MarkAt = ({shape, tone, x, y, scale = 1}) => html`
  <g class=${`mark ${tone}`} transform=${`translate(${x - 6 * scale} ${y - 6 * scale}) scale(${scale})`}>${SHAPES[shape]()}</g>`;

const HEALTH = {
  ok: {shape: 'circle', tone: 'good', text: 'Fine'},
  idle: {shape: 'ring', tone: 'idle', text: 'Quiet'},
  degraded: {shape: 'triangle', tone: 'warn', text: 'Some failures'},
  failing: {shape: 'diamond', tone: 'bad', text: 'Failing'},
  paused: {shape: 'bars', tone: 'held', text: 'Paused'},
};

export const Health = ({target}) => {
  const {shape, tone, text} = HEALTH[target.health] ?? HEALTH.idle;
  return html`<span class=${`state ${tone}`} data-testid=${`health-${target.name}`} data-health=${target.health}>
    <${Mark} shape=${shape} tone=${tone} />${text}</span>`;
};

/** How a delivery stands: {shape, tone, text}. */
export function deliveryState(delivery) {
  switch (delivery.state) {
    case 'delivered':
      return {shape: 'circle', tone: 'good', text: 'delivered'};
    case 'dead':
      return {shape: 'square', tone: 'bad', text: `dead letter, ${deadReason(delivery.deadReason)}`};
    case 'cancelled':
      return {shape: 'dash', tone: 'idle', text: 'cancelled'};
    default:
      return delivery.attempts === 0
        ? {shape: 'ring', tone: 'idle', text: 'waiting for its first attempt'}
        : {shape: 'triangle', tone: 'warn', text: `waiting to retry after ${delivery.attempts} failed`};
  }
}

/** A delivery as a mark with its target's name; the state is in words for who does not see it. */
export const DeliveryMark = ({delivery}) => {
  const {shape, tone, text} = deliveryState(delivery);
  return html`<span class="delivery" title=${`${delivery.target}: ${text}`} data-state=${delivery.state}>
    <${Mark} shape=${shape} tone=${tone} /><span class="delivery-name">${delivery.target}</span>
    <span class="hidden-text">${text}</span></span>`;
};

/** What an attempt came to: {shape, tone, text}. */
export function attemptState(attempt) {
  if (attempt.status === null) {
    return {shape: 'triangle', tone: 'bad', text: 'no usable answer'};
  }
  return attempt.status >= 200 && attempt.status < 300
    ? {shape: 'circle', tone: 'good', text: 'delivered'}
    : {shape: 'diamond', tone: 'bad', text: 'failed'};
}
