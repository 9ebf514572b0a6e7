// Asking the API from a page.
import {useCallback, useEffect, useRef, useState} from '../html.js';

/**
 * What an operation answers: {data, error, load}. Asked anew when `inputs` change and by load();
 * every so often too, if `everyMillis` is given. Old data stays until the new is there.
 */
export function useLoaded(operation, inputs, everyMillis = 0) {
  const [result, setResult] = useState({data: null, error: null});
  const latest = useRef(0);
  const load = useCallback(async () => {
    const mine = ++latest.current;
    const show = (change) => latest.current === mine && setResult((old) => ({...old, ...change}));
    try {
      show({data: await operation(), error: null});
    } catch (error) {
      show({error});
    }
  }, inputs);
  useEffect(() => {
    load();
    const timer = everyMillis ? setInterval(load, everyMillis) : null;
    return () => {
      latest.current++; // an answer that is still on its way is of no use any more
      clearInterval(timer);
    };
  }, [load, everyMillis]);
  return {...result, load};
}

/** Runs an operation for a button: {busy, error, run}. */
export function useAction(operation) {
  const [state, setState] = useState({busy: false, error: null});
  const run = async (...values) => {
    setState({busy: true, error: null});
    try {
      const answer = await operation(...values);
      setState({busy: false, error: null});
      return answer;
    } catch (error) {
      setState({busy: false, error});
      return null;
    }
  };
  return {...state, run};
}
