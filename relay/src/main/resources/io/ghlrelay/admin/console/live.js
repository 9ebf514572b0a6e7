// The page's one live stream: connection, status, targets, and messages for whoever listens.
import {useEffect, useState} from './html.js';
import {api, withQuery} from './api.js';
import {synchronise} from './clock.js';

/** The relay sends a summary every two seconds; this long without one, the connection is dead. */
const SILENCE_MILLIS = 10_000;
const RETRY_MILLIS = 2000;

/** Messages are handed on this often, so that a busy relay does not redraw the page each time. */
const FLUSH_MILLIS = 250;

let source = null;
let filter = '';
let lastHeard = 0;
let retry = null;
let away = false;
let queue = [];
let state = {connection: 'connecting', lostAt: null, status: null, targets: null};
const watchers = new Set();
const receivers = new Set();

function update(change) {
  state = {...state, ...change};
  watchers.forEach((watcher) => watcher(state));
}

function lost() {
  if (state.connection !== 'lost') {
    update({connection: 'lost', lostAt: Date.now()});
  }
}

function heard() {
  lastHeard = Date.now();
  if (state.connection !== 'open') {
    update({connection: 'open', lostAt: null});
  }
}

function connect() {
  clearTimeout(retry);
  source?.close();
  source = new EventSource(withQuery('/api/v1/stream', {q: filter}));
  lastHeard = Date.now();
  const on = (name, handle) => source.addEventListener(name, (message) => {
    heard();
    handle(JSON.parse(message.data));
  });
  on('status', (status) => {
    synchronise(status.now);
    update({status});
  });
  on('targets', ({targets}) => update({targets}));
  on('event', (data) => queue.push({name: 'event', data}));
  on('delivery', (data) => queue.push({name: 'delivery', data}));
  on('gap', (data) => queue.push({name: 'gap', data}));
  source.addEventListener('open', () => {
    heard();
    // What happened while there was no stream is not in it.
    queue.push({name: 'reconnected', data: {}});
  });
  source.addEventListener('error', () => {
    lost();
    // A refusal ends the browser's own retries: look whether it is the login, then go on trying.
    if (source.readyState === EventSource.CLOSED) {
      refused();
    }
  });
}

async function refused() {
  clearTimeout(retry);
  retry = setTimeout(connect, RETRY_MILLIS);
  await api.events('', 1).catch(() => {}); // an answer of 401 leads to the login page
}

setInterval(() => {
  if (source && Date.now() - lastHeard > SILENCE_MILLIS) {
    lost();
    connect();
  }
}, RETRY_MILLIS);

setInterval(() => {
  if (queue.length && receivers.size) {
    const messages = queue;
    receivers.forEach((receiver) => receiver(messages));
  }
  queue = [];
}, FLUSH_MILLIS);

// A page that nobody sees needs no stream, and a browser has only six connections to a host: with
// one a tab, the seventh would wait for ever.
document.addEventListener('visibilitychange', () => {
  if (document.hidden && source) {
    stop();
    away = true;
  } else if (!document.hidden && away) {
    away = false;
    connect();
  }
});

/** Starts the stream; or starts it anew with another filter of its messages. */
export function watch(newFilter = filter) {
  if (!source || newFilter !== filter) {
    filter = newFilter;
    queue = [];
    if (!away) {
      connect();
    }
  }
}

/** Ends the stream: nobody is logged in. */
export function stop() {
  clearTimeout(retry);
  source?.close();
  source = null;
}

/** {connection: connecting|open|lost, lostAt, status, targets}; the last two null at first. */
export function useLive() {
  const [current, setCurrent] = useState(state);
  useEffect(() => {
    setCurrent(state);
    watchers.add(setCurrent);
    return () => watchers.delete(setCurrent);
  }, []);
  return current;
}

/** Calls back with each batch of messages {name, data}; returns how to end that. */
export function receive(receiver) {
  receivers.add(receiver);
  return () => receivers.delete(receiver);
}

/** Shows a target's pause at once, ahead of the next summary. */
export function showPaused(name, paused) {
  update({
    targets: state.targets?.map((target) => target.name === name
      ? {...target, paused, health: paused ? 'paused' : 'idle'}
      : target),
  });
}
