// How numbers and times are written.

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const whole = new Intl.NumberFormat();

export const number = (value) => whole.format(value);

/** A rate or a time that needs a digit behind the point while it is small. */
export const short = (value) => (value >= 100 ? whole.format(Math.round(value)) : value.toFixed(1));

export const timeOfDay = (instant) => clock.format(new Date(instant));
export const dateAndTime = (instant) => day.format(new Date(instant));

/** 3.2 s, 12 min 5 s, 3 h 10 min, 2 d 4 h. */
export function duration(millis) {
  const seconds = Math.abs(millis) / 1000;
  if (seconds < 1) return `${Math.round(millis)} ms`;
  if (seconds < 60) return `${seconds < 10 ? (millis / 1000).toFixed(1) : Math.round(millis / 1000)} s`;
  const two = (big, bigName, small, smallName) =>
    small ? `${big} ${bigName} ${small} ${smallName}` : `${big} ${bigName}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return two(minutes, 'min', Math.floor(seconds % 60), 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return two(hours, 'h', minutes % 60, 'min');
  return two(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** What lies ahead, as on a stop watch. */
export function countdown(millis) {
  if (millis <= 0) return 'now';
  const seconds = Math.ceil(millis / 1000);
  const minutes = Math.floor(seconds / 60);
  const rest = String(seconds % 60).padStart(2, '0');
  return minutes < 60
    ? `${minutes}:${rest}`
    : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${rest}`;
}

/** How an attempt ended: a status, or what went wrong. */
export const result = (attempt) => (attempt.status === null ? attempt.error : String(attempt.status));

export const plural = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;
