// The live stream: one connection a page, which comes back by itself.
import { useEffect, useState } from './html.js';

/** The present, every second: for ages and countdowns. */
export function useNow() {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/**
 * Follows the stream of a filter.
 *
 * @param filter null = do not follow
 * @param listeners by the name of a message, each called with its data
 * @returns whether the connection stands: 'connecting', 'open' or 'lost'
 */
export function useStream(filter, listeners) {
  const [state, setState] = useState('connecting');
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (filter === null) return undefined;
    const source = new EventSource(`/api/v1/stream?q=${encodeURIComponent(filter)}`);
    let retry;
    source.onopen = () => setState('open');
    source.onerror = () => {
      setState('lost');
      // A browser gives up for good on an answer that is no stream, as of a relay that restarts.
      if (source.readyState === EventSource.CLOSED) {
        retry = setTimeout(() => setAttempt((attempt) => attempt + 1), 3000);
      }
    };
    for (const [name, listener] of Object.entries(listeners)) {
      source.addEventListener(name, (message) => listener(JSON.parse(message.data)));
    }
    return () => {
      clearTimeout(retry);
      source.close();
    };
  }, [filter, attempt]);
  return state;
}
