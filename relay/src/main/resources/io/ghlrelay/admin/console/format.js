// Numbers, times and outcomes in words.

const NUMBER = new Intl.NumberFormat('en');
const RATE = new Intl.NumberFormat('en', {maximumFractionDigits: 1});
const CLOCK = new Intl.DateTimeFormat('en-GB', {hour: '2-digit', minute: '2-digit', second: '2-digit'});
const DAY = new Intl.DateTimeFormat('en-GB', {day: 'numeric', month: 'short'});

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY_MS = 24 * HOUR;

export const number = (value) => NUMBER.format(value);

export const rate = (value) => RATE.format(value);

/** "1 event", "12 events". */
export const count = (value, noun, plural = `${noun}s`) =>
  `${number(value)} ${value === 1 ? noun : plural}`;

/** Time of day, with the day where it is not today's. */
export function localTime(instant, now = Date.now()) {
  const date = new Date(instant);
  const today = new Date(now).toDateString() === date.toDateString();
  return today ? CLOCK.format(date) : `${DAY.format(date)}, ${CLOCK.format(date)}`;
}

/** Local time to the millisecond, for comparing attempts. */
export function exactTime(instant) {
  const date = new Date(instant);
  return `${localTime(date)}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** A length of time, its two largest units: "40 s", "2 h 5 min". */
export function span(millis) {
  const ms = Math.max(0, millis);
  if (ms < MINUTE) {
    return `${Math.floor(ms / SECOND)} s`;
  }
  if (ms < HOUR) {
    return `${Math.floor(ms / MINUTE)} min`;
  }
  const [unit, part, big, small] = ms < DAY_MS ? [HOUR, MINUTE, 'h', 'min'] : [DAY_MS, HOUR, 'd', 'h'];
  const whole = Math.floor(ms / unit);
  const rest = Math.floor((ms % unit) / part);
  return rest ? `${whole} ${big} ${rest} ${small}` : `${whole} ${big}`;
}

/** How long ago something was that is known to the minute only. */
export const age = (millis) => (millis < MINUTE ? '< 1 min' : span(millis));

/** Time until something, as a clock: "02:07", "1:02:07". */
export function countdown(millis) {
  if (millis <= 0) {
    return 'now';
  }
  const seconds = Math.ceil(millis / SECOND);
  const two = (value) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const clock = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  return hours ? `${hours}:${clock}` : clock;
}

/** A short duration: "4 ms", "1.25 s", "43 s". */
export function duration(millis) {
  if (millis < SECOND) {
    return `${millis < 10 ? RATE.format(millis) : Math.round(millis)} ms`;
  }
  if (millis < MINUTE) {
    return `${NUMBER.format(Math.round(millis / 10) / 100)} s`;
  }
  return span(millis);
}

/** An offset on a schedule, exact to the second: "3 s", "2 min 43 s", "1 h 11 min". */
export function offset(millis) {
  const seconds = Math.round(millis / SECOND);
  if (seconds < 60) {
    return `${Math.round(millis / 100) / 10} s`;
  }
  const minutes = Math.floor(seconds / 60);
  const parts = minutes < 60
    ? [[minutes, 'min'], [seconds % 60, 's']]
    : [[Math.floor(minutes / 60), 'h'], [minutes % 60, 'min'], [seconds % 60, 's']];
  return parts.filter(([value]) => value).map(([value, unit]) => `${value} ${unit}`).join(' ');
}

/** How far an attempt was from its plan: "+1.2 ms". */
export const drift = (millis) => `${millis < 0 ? '−' : '+'}${duration(Math.abs(millis))}`;

export const bytes = (size) =>
  size < 1024 ? `${size} B` : `${RATE.format(size / 1024)} KiB`;

const ERRORS = {
  timeout: 'no answer in time',
  dns: 'name not found',
  connect: 'no connection',
  tls: 'TLS failed',
  reset: 'connection broken',
  protocol: 'not HTTP',
};

/** What an attempt, or a target's last failure, ended with, short. */
export const result = (attempt) =>
  attempt.status === null ? ERRORS[attempt.error] || attempt.error : String(attempt.status);

/** The same where only its text is known, as of dead letters. */
export const resultText = (text) => (text === null ? 'never tried' : ERRORS[text] || text);

/** The same in a sentence. */
export const answer = (failure) =>
  failure.status === null
    ? `Its last attempt ended with: ${result(failure)}`
    : `Its last answer was ${failure.status}`;

const DEFERRALS = {
  paused: 'target was paused',
  relayDown: 'relay was down',
  ordering: 'an earlier one went first',
  breaker: 'its circuit breaker was open',
  catchUp: 'the target was caught up with gently',
  rateLimit: 'its rate limit',
  concurrency: 'all slots were taken',
  token: 'there was no token',
};

/** Why an attempt was made later than planned. */
export const deferral = (reason) => DEFERRALS[reason] || reason;

const REASONS = {
  exhausted: 'all retries failed',
  rejected: 'refused by the target',
};

/** Why a delivery was given up. */
export const deadReason = (reason) => REASONS[reason] || reason;
