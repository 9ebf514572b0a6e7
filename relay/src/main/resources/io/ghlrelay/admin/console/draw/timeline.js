// What the drawing of a schedule shows, worked out from the API's answers. Everything is an offset
// in milliseconds from the end of the first attempt, as the retry policies count. Pure.

/**
 * @typedef {object} Timeline
 * @property {object[]} attempts  made: {number, offsetMs, driftMs, heldMs, ...as the API gives them}
 * @property {object[]} planned   {number, offsetMs, earliestMs, latestMs, windowMs: [from, to]|null, made}
 * @property {number|null} capMs  nothing is planned later than this
 * @property {number|null} zeroAt when the first attempt ended, or is due; null = no event at all
 */

/** A deferral shorter than this cannot be seen, nor matters. */
const SHORTEST_DEFERRAL_MS = 50;

/**
 * One series of a delivery: a replay begins another.
 *
 * @returns {Timeline}
 */
export function ofDelivery(delivery, series) {
  const made = delivery.attemptList
    .filter((attempt) => attempt.series === series)
    .sort((a, b) => a.number - b.number);
  const plan = series === delivery.series ? delivery.plan : [];
  const zeroAt = zero(made, plan);
  const at = (instant) => Date.parse(instant) - zeroAt;
  const attempts = made.map((attempt) => ({
    ...attempt,
    offsetMs: at(attempt.startedAt),
    heldMs: attempt.deferral && attempt.driftMs > SHORTEST_DEFERRAL_MS ? attempt.driftMs : 0,
  }));
  const planned = [
    ...made.map((attempt) => ({
      number: attempt.number,
      offsetMs: at(attempt.dueAt),
      earliestMs: at(attempt.dueAt),
      latestMs: at(attempt.dueAt),
      made: true,
    })),
    ...plan.map((one) => ({
      number: one.number,
      offsetMs: at(one.earliest),
      earliestMs: at(one.earliest),
      latestMs: at(one.latest),
      made: false,
    })),
  ];
  const {policy} = delivery;
  return {
    attempts,
    planned: planned.map((one) => ({...one, windowMs: jitterWindow(one, planned, policy)})),
    capMs: policy ? policy.maxDurationMs : null,
    zeroAt,
  };
}

function zero(made, plan) {
  if (made.length) {
    return Date.parse(made[0].startedAt) + made[0].latencyMs;
  }
  return plan.length ? Date.parse(plan[0].earliest) : null;
}

/** Where the jitter might have put an attempt: known if it is not drawn yet, or drawn once. */
function jitterWindow(one, planned, policy) {
  if (one.latestMs > one.earliestMs) {
    return [one.earliestMs, one.latestMs];
  }
  const drawn = planned.find((other) => other.number === 2)?.offsetMs;
  if (policy?.jitterOn !== 'first' || one.number < 2 || drawn === undefined) {
    return null;
  }
  if (policy.timeline === 'intervals' && one.number > 2) {
    return null; // those count from the attempt before, without a jitter of their own
  }
  // One draw moves every retry alike; a Retry-After may have moved the first one further.
  const within = drawn >= policy.jitterMinMs - 1 && drawn <= policy.jitterMaxMs + 1;
  const base = one.offsetMs - drawn;
  return within ? [base + policy.jitterMinMs, base + policy.jitterMaxMs] : null;
}

/**
 * A policy's schedule, without an event.
 *
 * @returns {Timeline}
 */
export function ofSchedule(schedule) {
  return {
    attempts: [],
    planned: schedule.attempts.map((one) => ({
      ...one,
      windowMs: one.latestMs > one.earliestMs ? [one.earliestMs, one.latestMs] : null,
      made: false,
    })),
    capMs: schedule.maxDurationMs,
    zeroAt: null,
  };
}

/** The last instant that a drawing must hold. */
export function extent(timeline, nowMs) {
  return Math.max(
    1000,
    timeline.capMs ?? 0,
    nowMs ?? 0,
    ...timeline.planned.map((one) => one.windowMs?.[1] ?? one.latestMs),
    ...timeline.attempts.map((attempt) => attempt.offsetMs),
  );
}
