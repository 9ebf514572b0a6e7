// The relay's time. Ages and countdowns are about what the relay does, so they go by its clock, not
// by the clock of whoever looks on.
import {useEffect, useState} from './html.js';

let offset = 0;

/** @param {string} now what the relay says the time is */
export function synchronise(now) {
  offset = Date.parse(now) - Date.now();
}

/** Milliseconds since 1970, as of the relay. */
export const relayNow = () => Date.now() + offset;

/** The relay's time, anew every so often. */
export function useNow(everyMillis = 1000) {
  const [now, setNow] = useState(relayNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(relayNow()), everyMillis);
    return () => clearInterval(timer);
  }, [everyMillis]);
  return now;
}
