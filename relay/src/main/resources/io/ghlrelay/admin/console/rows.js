// The rows of the live list: events as listed, kept up to date by messages of the stream. Pure.

/** Rows kept: more than anyone looks through; the filter finds the rest. */
export const MAX_ROWS = 200;

// Ids of events sort by the time they came.
const newestFirst = (a, b) => (a.id < b.id ? 1 : -1);

/**
 * What the list shows, and what came while it was held.
 *
 * @typedef {{rows: object[], news: object[]}} List
 */

/** @type {List} */
export const EMPTY = {rows: [], news: []};

/** After the API has listed events; `replacing`: what it did not list is gone. */
export function listed({rows, news}, events, held, replacing) {
  if (!held) {
    return {rows: replacing ? events : join(rows, events), news: []};
  }
  const byId = new Map(events.map((event) => [event.id, event]));
  return {
    rows: rows.map((row) => byId.get(row.id) ?? row),
    news: join(news, without(events, rows)),
  };
}

/** After a batch of messages. Held rows stay where they are, but go on telling how they stand. */
export function received({rows, news}, messages, held) {
  const events = messages.filter(({name}) => name === 'event').map(({data}) => data);
  const unknown = without(without(events, rows), news);
  const all = held ? {rows, news: join(news, unknown)} : {rows: join(rows, unknown), news};
  const deliveries = deliveriesById(messages);
  return {rows: updated(all.rows, deliveries), news: updated(all.news, deliveries)};
}

/** After the list is let go. */
export const released = ({rows, news}) => ({rows: join(rows, news), news: []});

const without = (events, known) => {
  const ids = new Set(known.map((event) => event.id));
  return events.filter((event) => !ids.has(event.id));
};

/** Newest of both, each event once; `fresh` is the truth about an event that both have. */
function join(rows, fresh) {
  if (fresh.length === 0) {
    return rows;
  }
  const byId = new Map(rows.map((row) => [row.id, row]));
  fresh.forEach((event) => byId.set(event.id, event));
  return [...byId.values()].sort(newestFirst).slice(0, MAX_ROWS);
}

function deliveriesById(messages) {
  const byId = new Map();
  for (const {name, data} of messages) {
    if (name === 'delivery') {
      byId.set(data.eventId, [...(byId.get(data.eventId) ?? []), data.delivery]);
    }
  }
  return byId;
}

const updated = (rows, deliveries) => rows.map(
  (row) => deliveries.has(row.id) ? withDeliveries(row, deliveries.get(row.id)) : row);

function withDeliveries(event, news) {
  const newest = new Map(event.deliveries.map((delivery) => [delivery.target, delivery]));
  for (const delivery of news) {
    const known = newest.get(delivery.target);
    // A listing may be newer than a message that was on its way meanwhile.
    if (!known || Date.parse(delivery.updatedAt) >= Date.parse(known.updatedAt)) {
      newest.set(delivery.target, delivery);
    }
  }
  return {...event, unrouted: false, deliveries: [...newest.values()]};
}

/** The earliest retry that is still to come, of all deliveries; null = none. First attempts are made at once. */
export function nextAttempt(event) {
  const due = event.deliveries
    .filter((delivery) => delivery.state === 'pending' && delivery.attempts > 0)
    .map((delivery) => Date.parse(delivery.due));
  return due.length ? Math.min(...due) : null;
}

/** Attempts of the delivery that has taken most. */
export const mostAttempts = (event) =>
  Math.max(0, ...event.deliveries.map((delivery) => delivery.attempts));
