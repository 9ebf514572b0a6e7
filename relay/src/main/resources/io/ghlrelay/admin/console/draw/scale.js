// Time axes: from milliseconds to pixels, linear or logarithmic. Pure.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const LOG_TICKS = [0, SECOND, 3 * SECOND, 10 * SECOND, 30 * SECOND, MINUTE, 3 * MINUTE, 10 * MINUTE,
  30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 30 * DAY];

const LINEAR_STEPS = [SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE,
  5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR,
  DAY, 2 * DAY, 7 * DAY, 30 * DAY];

/** Room for a label, in pixels. */
const LABEL = 58;

/**
 * @param {boolean} logarithmic a second is as wide as it is at the start; later ones get narrower
 * @returns {{x: (ms: number) => number, ticks: number[]}} ticks in milliseconds
 */
export function scale(logarithmic, most, left, right) {
  const width = right - left;
  const share = logarithmic
    ? (ms) => Math.log1p(ms / SECOND) / Math.log1p(most / SECOND)
    : (ms) => ms / most;
  const x = (ms) => left + width * share(Math.min(most, Math.max(0, ms)));
  return {x, ticks: logarithmic ? spaced(LOG_TICKS, most, x) : stepped(most, width)};
}

function spaced(candidates, most, x) {
  const chosen = [];
  for (const tick of candidates) {
    if (tick <= most && (chosen.length === 0 || x(tick) - x(chosen.at(-1)) >= LABEL)) {
      chosen.push(tick);
    }
  }
  return chosen;
}

function stepped(most, width) {
  const room = Math.max(1, Math.floor(width / LABEL));
  const step = LINEAR_STEPS.find((one) => most / one <= room) ?? Math.ceil(most / room / DAY) * DAY;
  return Array.from({length: Math.floor(most / step) + 1}, (_, i) => i * step);
}

/** Of items in order, those whose labels do not run into each other. */
export function uncrowded(items, position, room) {
  let last = -Infinity;
  return items.filter((item) => {
    const fits = position(item) - last >= room;
    last = fits ? position(item) : last;
    return fits;
  });
}
