// The one sentence: is everything arriving, is anything stuck, what is to be done.
import { duration, number, plural, result } from './format.js';

const ago = (millis) => (millis < 10_000 ? '' : `, ${duration(millis)} ago`);

/**
 * The most pressing thing.
 *
 * @returns {level: 'good' | 'watch' | 'bad', text, link, action}
 */
export function verdict(status, targets, now) {
  if (!status.ready) {
    const failed = status.checks.find((check) => !check.ok);
    return { level: 'bad', text: `The relay does not take events: ${failed.name}: ${failed.detail}.` };
  }
  const failing = targets.filter((target) => target.health === 'failing');
  if (failing.length > 0) {
    const worst = failing.sort((a, b) => b.pending - a.pending)[0];
    const others = failing.length > 1 ? ` ${plural(failing.length - 1, 'other target')} too.` : '';
    return {
      level: 'bad',
      text:
        `Target ${worst.name} has failed ${plural(worst.consecutiveFailures, 'time')} in a row, ` +
        `last with ${result(worst.lastFailure)}${ago(now - new Date(worst.lastFailure.at))}; ` +
        `${plural(worst.pending, 'event')} ${worst.pending === 1 ? 'waits' : 'wait'}.${others}`,
      link: `#/?q=target:${worst.name}`,
      action: 'Look at its events',
    };
  }
  const paused = targets.filter((target) => target.paused && target.pending > 0);
  if (paused.length > 0) {
    return {
      level: 'watch',
      text: `Target ${paused[0].name} is paused; ${plural(paused[0].pending, 'event')} wait for it to be resumed.`,
    };
  }
  if (status.dead > 0) {
    return {
      level: 'watch',
      text: `${plural(status.dead, 'dead letter')} ${status.dead === 1 ? 'waits' : 'wait'} for you to decide.`,
      link: '#/dead',
      action: 'Look and replay',
    };
  }
  if (status.signatureFailures5m > 0) {
    return {
      level: 'watch',
      text: `${plural(status.signatureFailures5m, 'request')} with a missing or wrong signature in five minutes.`,
      link: '#/config',
      action: 'Check the keys',
    };
  }
  if (status.unrouted > 0) {
    return {
      level: 'watch',
      text: `No route took ${plural(status.unrouted, 'event')}.`,
      link: '#/?q=state:unrouted',
      action: 'Look at them',
    };
  }
  if (status.accepted === 0) {
    return { level: 'watch', text: 'Nothing has arrived since the relay started.' };
  }
  const waiting = status.waiting > 0 ? `; ${number(status.waiting)} wait for their time` : '';
  return { level: 'good', text: `Everything arrives, nothing is stuck${waiting}.` };
}
