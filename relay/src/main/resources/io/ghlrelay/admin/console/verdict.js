// "Is everything arriving, is anything stuck, what do I do": one sentence and where to go. Pure.
import {answer, count, localTime, number, result, span} from './format.js';
import {link} from './router.js';

const MINUTE = 60_000;

/**
 * @typedef {object} Finding
 * @property {'bad'|'warn'|'good'|'idle'} level
 * @property {string} key   stays while the finding is the same, whatever its numbers: for announcing
 * @property {string} text  the sentence
 * @property {{text: string, href: string}|null} action  what to do
 */

/** All that is to be said, gravest first; never empty. */
export function findings({connection, lostAt, status, targets, relays}, now) {
  if (connection === 'lost') {
    return [{
      level: 'bad',
      key: 'lost',
      text: `No connection to the relay since ${localTime(lostAt)}. What you see is from then; this page tries again by itself.`,
      action: null,
    }];
  }
  if (!status || !targets) {
    return [{level: 'idle', key: 'loading', text: 'Asking the relay how it is.', action: null}];
  }
  const list = [
    ...notReady(status),
    ...failing(targets, now),
    ...paused(targets),
    ...among(relays),
    ...gaveUp(status),
    ...unrouted(status),
    ...forged(status),
    ...degraded(targets),
  ];
  return list.length ? list : [fine(status)];
}

function notReady(status) {
  if (status.ready) {
    return [];
  }
  const why = status.checks.filter((check) => !check.ok).map((check) => `${check.name}: ${check.detail}`);
  return [{
    level: 'bad',
    key: 'notReady',
    text: `The relay is not ready to take events: ${why.join('; ')}.`,
    action: null,
  }];
}

/** More failing targets than this are named in one sentence: the cause is likely the same. */
const ONE_BY_ONE = 2;

function failing(targets, now) {
  const list = targets.filter((target) => target.health === 'failing');
  if (list.length > ONE_BY_ONE) {
    const pending = list.reduce((sum, target) => sum + target.pending, 0);
    return [{
      level: 'bad',
      key: 'failing several',
      text: `${list.length} of ${count(targets.length, 'target')} are failing: `
        + `${list.map((target) => target.name).join(', ')}. ${count(pending, 'delivery waits', 'deliveries wait')}.`,
      action: {text: 'See what waits', href: link('/', {q: 'state:pending'})},
    }];
  }
  return list.map((target) => ({
    level: 'bad',
    key: `failing ${target.name}`,
    text: `Target ${target.name} has been failing for ${span(now - failingSince(target, now))}: `
      + `${target.pending ? waiting(target) : 'nothing waits, but nothing arrives'}. `
      + `${answer(target.lastFailure)}.`,
    action: {
      text: target.pending ? 'See what waits' : 'See its events',
      href: link('/', {q: `target:${target.name}${target.pending ? ' state:pending' : ''}`}),
    },
  }));
}

const waiting = (target) => `${count(target.pending, 'event')} ${target.pending === 1 ? 'waits' : 'wait'}`;

/** The first minute of failures behind the last one with a success; the API counts by minute. */
function failingSince({minutes, lastFailure}, now) {
  let first = null;
  for (let i = minutes.delivered.length - 1; i >= 0 && !minutes.delivered[i]; i--) {
    if (minutes.retried[i] || minutes.dead[i]) {
      first = i;
    }
  }
  if (first === null) {
    return lastFailure ? Date.parse(lastFailure.at) : now;
  }
  return Date.parse(minutes.from) + first * MINUTE;
}

function paused(targets) {
  return targets.filter((target) => target.paused).map((target) => ({
    level: target.pending ? 'warn' : 'idle',
    key: `paused ${target.name}`,
    text: target.pending
      ? `Target ${target.name} is paused: ${waiting(target)} until it is resumed.`
      : `Target ${target.name} is paused. Nothing waits for it yet.`,
    action: target.pending
      ? {text: 'See what waits', href: link('/', {q: `target:${target.name} state:pending`})}
      : null,
  }));
}

/** What is to be said of the relays that share the store; nothing where it is the relay's own. */
function among(relays) {
  const left = (relays?.relays ?? []).filter((relay) => !relay.alive && relay.pending).map((relay) => ({
    level: 'warn',
    key: `gone ${relay.name}`,
    text: `Relay ${relay.name} is gone, and ${count(relay.pending, 'delivery', 'deliveries')} that it held ${relay.pending === 1 ? 'is' : 'are'} not yet taken over.`,
    action: null,
  }));
  return !relays || relays.sameConfig ? left : [...left, {
    level: 'warn',
    key: 'configs',
    text: 'The relays on this store go by different configurations: reload or restart those left behind.',
    action: {text: "This one's", href: link('/config')},
  }];
}

function gaveUp(status) {
  return status.dead === 0 ? [] : [{
    level: 'warn',
    key: 'dead',
    text: status.dead === 1
      ? '1 delivery was given up and is kept as a dead letter.'
      : `${number(status.dead)} deliveries were given up and are kept as dead letters.`,
    action: {text: 'Look why, and replay', href: link('/dead')},
  }];
}

function unrouted(status) {
  return status.unrouted === 0 ? [] : [{
    level: 'warn',
    key: 'unrouted',
    text: `${count(status.unrouted, 'event')} matched no route and went nowhere.`,
    action: {text: 'See which', href: link('/', {q: 'state:unrouted'})},
  }];
}

function forged(status) {
  return status.signatureFailures5m === 0 ? [] : [{
    level: 'warn',
    key: 'signatures',
    text: `${count(status.signatureFailures5m, 'request was', 'requests were')} refused in the last 5 minutes: no valid signature.`,
    action: {text: 'Check the keys', href: link('/config')},
  }];
}

function degraded(targets) {
  return targets.filter((target) => target.health === 'degraded').map((target) => ({
    level: 'warn',
    key: `degraded ${target.name}`,
    text: `Target ${target.name} fails now and then (last with: ${result(target.lastFailure)}); what failed is tried again.`,
    action: {text: 'See its events', href: link('/', {q: `target:${target.name}`})},
  }));
}

function fine(status) {
  return status.accepted === 0
    ? {
      level: 'idle',
      key: 'empty',
      text: 'All is well. No event has come since the relay started.',
      action: {text: 'Where it listens', href: link('/config')},
    }
    : {level: 'good', key: 'fine', text: 'Everything is arriving, nothing is stuck.', action: null};
}
