// The relay's time. Ages and countdowns are about what the relay does, so they go by its clock, not
// by the clock of whoever looks on.
import {useEffect, useState} from './html.js';

let offset = null;

/** Beyond this a clock was set, here or there. */
const LEAP_MILLIS = 5000;

/**
 * What the relay said was a little while ago when it gets here, so the latest it ever said is the
 * nearest to the truth.
 *
 * @param {string} now what the relay says the time is
 */
export function synchronise(now) {
  const seen = Date.parse(now) - Date.now();
  offset = offset === null || Math.abs(seen - offset) > LEAP_MILLIS ? seen : Math.max(offset, seen);
}

/** Milliseconds since 1970, as of the relay. */
export const relayNow = () => Date.now() + (offset ?? 0);

/** The relay's time, anew every so often. */
export function useNow(everyMillis = 1000) {
  const [now, setNow] = useState(relayNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(relayNow()), everyMillis);
    return () => clearInterval(timer);
  }, [everyMillis]);
  return now;
}
