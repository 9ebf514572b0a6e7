// The admin API, as the command line uses it. Every failure is an ApiError with words to show.

class ApiError extends Error {
  /** @param {number} status 0 = no answer at all */
  constructor(status, title, detail, errors = []) {
    super(detail || title);
    this.status = status;
    this.title = title;
    this.details = errors.map((one) => one.detail);
  }
}

let onUnauthorized = () => {};

/** Called when a session is missing or over. */
export function whenUnauthorized(callback) {
  onUnauthorized = callback;
}

async function send(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      // The header tells the relay that no page of another origin has sent this.
      headers: {
        'Relay-Console': '1',
        ...(body === undefined ? {} : {'Content-Type': 'application/json'}),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: 'no-store',
    });
  } catch {
    throw new ApiError(0, 'No connection', 'The relay does not answer. Is it running?');
  }
  if (response.ok) {
    return response;
  }
  const problem = await response.json().catch(() => ({}));
  const error = new ApiError(
    response.status,
    problem.title || `Status ${response.status}`,
    problem.detail,
    problem.errors,
  );
  if (response.status === 401 && !path.endsWith('/session')) {
    onUnauthorized();
  }
  throw error;
}

const json = async (method, path, body) => (await send(method, path, body)).json();

/** A path with query parameters; those without a value are left out. */
export function withQuery(path, parameters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null && value !== '') {
      query.set(name, value);
    }
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

const event = (id) => `/api/v1/events/${encodeURIComponent(id)}`;
const target = (name) => `/api/v1/targets/${encodeURIComponent(name)}`;
const replay = (id) => `/api/v1/replays/${encodeURIComponent(id)}`;

export const api = {
  session: () => json('GET', '/api/v1/session'),
  login: (token) => json('POST', '/api/v1/session', {token}),
  logout: () => json('DELETE', '/api/v1/session'),

  events: (q, limit) => json('GET', withQuery('/api/v1/events', {q, limit})),
  event: (id) => json('GET', event(id)),
  body: async (id) => new Uint8Array(await (await send('GET', `${event(id)}/body`)).arrayBuffer()),
  bodyPath: (id) => `${event(id)}/body`,
  replayEvent: (id, targets) => json('POST', `${event(id)}/replay`, targets ? {targets} : {}),

  pause: (name) => json('POST', `${target(name)}/pause`),
  resume: (name) => json('POST', `${target(name)}/resume`),

  deadLetters: (q) => json('GET', withQuery('/api/v1/dead-letters', {q})),
  countReplay: (q) => json('POST', '/api/v1/replays', {q, dryRun: true}),
  startReplay: (q, options) => json('POST', '/api/v1/replays', {q, background: true, ...options}),
  replays: () => json('GET', '/api/v1/replays'),
  cancelReplay: (id) => json('POST', `${replay(id)}/cancel`),

  relays: () => json('GET', '/api/v1/relays'),
  activity: () => json('GET', '/api/v1/activity'),
  counts: (by) => json('GET', withQuery('/api/v1/counts', {by, limit: 50})),
  schedule: (parameters) => json('GET', withQuery('/api/v1/schedule', parameters)),
  config: () => json('GET', '/api/v1/config'),
  reload: () => json('POST', '/api/v1/reload'),
};
