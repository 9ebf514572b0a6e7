// Our own re-write of the handler that the platform's webhook guide shows: Express, the legacy
// signature, JSON parsed and written anew, ids in a Set. What is wrong with it is listed in the
// kit's README, as `certify` finds it. Not a model to copy.
//
//   PUBLIC_KEY_FILE=keys/ghl-rsa.pub.pem PORT=3000 node handler.mjs
import express from 'express';
import { createVerify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const publicKey = readFileSync(process.env.PUBLIC_KEY_FILE ?? 'keys/ghl-rsa.pub.pem', 'utf8');
const maxAge = Number(process.env.MAX_AGE_MS ?? 5 * 60 * 1000);
const processed = new Set();
const app = express();
app.use(express.json());

function verifySignature(payload, signature) {
  const verifier = createVerify('SHA256');
  verifier.update(payload);
  verifier.end();
  return verifier.verify(publicKey, signature, 'base64');
}

app.post('/hook', (request, response) => {
  const signature = request.headers['x-wh-signature'];
  const payload = JSON.stringify(request.body);
  if (!signature || !verifySignature(payload, signature)) {
    return response.status(401).json({ error: 'Invalid signature' });
  }
  const { webhookId, timestamp } = request.body;
  if (Date.now() - new Date(timestamp).getTime() > maxAge) {
    return response.status(400).json({ error: 'Request too old' });
  }
  if (processed.has(webhookId)) {
    return response.status(200).json({ success: true, duplicate: true });
  }
  processed.add(webhookId);
  return response.status(200).json({ success: true });
});

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}/hook`);
});
