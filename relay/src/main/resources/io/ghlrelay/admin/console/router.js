// Where one is: the hash, as a path and parameters. "#/events/ID?x=y" has the parts ["events", "ID"].
import {useEffect, useState} from './html.js';
import {withQuery} from './api.js';

function parse() {
  const [path, query = ''] = location.hash.replace(/^#/, '').split('?');
  return {
    path: path || '/',
    parts: path.split('/').filter(Boolean).map(decodeURIComponent),
    parameters: new URLSearchParams(query),
  };
}

const listeners = new Set();
const changed = () => listeners.forEach((listener) => listener(parse()));
addEventListener('hashchange', changed);

export function useRoute() {
  const [route, setRoute] = useState(parse);
  useEffect(() => {
    listeners.add(setRoute);
    return () => listeners.delete(setRoute);
  }, []);
  return route;
}

/** The address of a page. */
export const link = (path, parameters = {}) => `#${withQuery(path, parameters)}`;

export const go = (path, parameters) => {
  location.hash = link(path, parameters);
};

/** Changes the address without a step in the browser's history: for what is typed or switched. */
export function replace(path, parameters) {
  history.replaceState(null, '', link(path, parameters));
  changed();
}
