// The public admin API; nothing else is ever asked.

/** An answer that is not 2xx, with the problem's own words. */
export class ApiError extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

async function call(method, path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      // By the cookie alone another site could ask for changes; it cannot send this header.
      headers: { 'Relay-Console': '1', ...(body ? { 'Content-Type': 'application/json' } : {}) },
      body: body ? JSON.stringify(body) : undefined,
    });
  } catch {
    throw new ApiError(0, 'The relay does not answer.');
  }
  if (answer.status === 401 && !path.startsWith('/api/v1/session')) {
    location.hash = '#/login';
  }
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    throw new ApiError(answer.status, problem.detail ?? `The relay answered ${answer.status}.`);
  }
  return answer;
}

export const get = async (path, parameters = {}) => {
  const query = new URLSearchParams(
    Object.entries(parameters).filter(([, value]) => value !== undefined && value !== ''),
  ).toString();
  return (await call('GET', query ? `${path}?${query}` : path)).json();
};

export const post = async (path, body) => (await call('POST', path, body ?? {})).json();
export const remove = async (path) => (await call('DELETE', path)).json();
export const bytes = async (path) => (await call('GET', path)).arrayBuffer();
