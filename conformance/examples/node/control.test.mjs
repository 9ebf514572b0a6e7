// Drives the simulator from Node: start it with
//   java -jar conformance/target/conformance.jar simulate --listen 127.0.0.1:8099 --speed virtual
// and run
//   CONTROL=http://127.0.0.1:8099 node --test control.test.mjs
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createPublicKey, verify } from 'node:crypto';

const control = process.env.CONTROL ?? 'http://127.0.0.1:8099';

async function call(method, path, body = {}) {
  const answer = await fetch(control + '/api/v1' + path, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: method === 'GET' ? undefined : JSON.stringify(body),
  });
  const json = await answer.json();
  return { status: answer.status, json };
}

test('a deploy of twenty seconds loses nothing', async (t) => {
  const { json: simulator } = await call('POST', '/reset', { seed: 42 });
  const key = createPublicKey(simulator.publicKey);
  const taken = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const good = verify(null, body, key, Buffer.from(request.headers['x-ghl-signature'], 'base64'));
    if (good) taken.push(JSON.parse(body).webhookId);
    response.writeHead(good ? 200 : 401).end();
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close());

  await call('PUT', '/target', { url: `http://127.0.0.1:${server.address().port}/hook` });
  await call('PUT', '/script', { script: 'from 0s to 20s: status 503' });
  const { status, json: sent } = await call('POST', '/events', { type: 'ContactCreate', style: 'hard' });
  assert.equal(status, 201);
  await call('POST', '/advance', { untilSettled: true });

  const { json: delivery } = await call('GET', `/deliveries/${sent.id}`);
  assert.equal(delivery.state, 'delivered');
  assert.deepEqual(taken, [sent.webhookId]);
  const offsets = delivery.attempts.map((attempt) => attempt.offsetMs);
  assert.deepEqual(offsets, delivery.planMs.slice(0, offsets.length));
  const failed = await call('POST', `/deliveries/${sent.id}/assertions`, { assert: ['attempts==1'] });
  assert.equal(failed.status, 422);
  assert.match(failed.json.timeline, /profile ghl-2025/);
});
