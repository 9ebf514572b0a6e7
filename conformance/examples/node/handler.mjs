// A webhook handler on Node's own HTTP server, without dependencies: verifies the raw bytes,
// remembers webhook ids, answers at once.
//
//   PUBLIC_KEY_FILE=keys/ghl-ed25519.pub.pem PORT=3000 node handler.mjs
import { createServer } from 'node:http';
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const key = createPublicKey(readFileSync(process.env.PUBLIC_KEY_FILE ?? 'keys/ghl-ed25519.pub.pem'));
const MAX_BODY = 2 * 1024 * 1024;
const seen = new Set(); // in production: a unique key in your database

function genuine(body, signature) {
  if (typeof signature !== 'string' || signature === '' || signature === 'N/A') return false;
  const bytes = Buffer.from(signature, 'base64');
  return bytes.length === 64 && verify(null, body, key, bytes);
}

function handle(body) {
  let event;
  try {
    event = JSON.parse(body.toString('utf8'));
  } catch {
    return; // signed, but no JSON: nothing for us
  }
  const id = event?.webhookId;
  if (id !== undefined && seen.has(id)) return;
  seen.add(id);
  console.log(`${event?.type ?? 'event'} ${id ?? ''}`); // hand over to a queue here
}

const server = createServer((request, response) => {
  const chunks = [];
  let length = 0;
  const answer = (status) => {
    if (!response.headersSent) response.writeHead(status).end();
  };
  request.on('data', (chunk) => {
    length += chunk.length;
    if (length <= MAX_BODY) chunks.push(chunk);
    else {
      answer(413);
      request.destroy();
    }
  });
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    if (request.method !== 'POST') return answer(405);
    if (!genuine(body, request.headers['x-ghl-signature'])) return answer(401);
    handle(body);
    answer(200);
  });
  request.on('error', () => {}); // the other side has gone
});

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}/`);
});
