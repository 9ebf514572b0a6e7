// Throughput of the relay with the console open in five tabs, beside none: once with all that five
// tabs ask of the relay, asked by a light client, which is what the console costs a relay whose
// operator sits elsewhere; and once with five tabs of a browser on the relay's own processors, all of
// them in view, which is mostly what a browser costs.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as stage from './stage.mjs';

const TABS = 5;
const COUNT = 40_000;
const rounds = Number(process.argv[2]);
const run = promisify(execFile);
const { KIT_JAR, JAVA = 'java' } = process.env;

/** What a tab asks: the page, its list again and again while events are left out, the stream. */
async function tab(relay, until) {
  await (await fetch(`${relay.console}/`)).text();
  const list = async () => (await fetch(`${relay.console}/api/v1/events?limit=100`)).text();
  await list();
  const again = setInterval(() => list().catch(() => null), 3000);
  const stream = await fetch(`${relay.console}/api/v1/stream`, { signal: until });
  let bytes = 0;
  const reading = (async () => {
    for await (const chunk of stream.body) bytes += chunk.length;
  })().catch((error) => { if (!until.aborted) throw error; });
  return async () => { clearInterval(again); await reading; return bytes; };
}

/** Opens the console; gives how to close it. */
const open = {
  none: async () => async () => '',
  asked: async (relay) => {
    const over = new AbortController();
    const tabs = await Promise.all(Array.from({ length: TABS }, () => tab(relay, over.signal)));
    return async () => {
      over.abort();
      const bytes = await Promise.all(tabs.map((close) => close()));
      return `, streams of ${(bytes.reduce((sum, one) => sum + one, 0) / 1e6).toFixed(1)} MB`;
    };
  },
  browser: async (relay) => {
    const browser = await stage.browser();
    for (let i = 0; i < TABS; i++) {
      const page = await browser.newPage();
      await page.goto(`${relay.console}/`);
      await page.getByTestId('strip').waitFor();
    }
    return async () => { await browser.close(); return ''; };
  },
};

/** One run of the load generator against a relay of its own. */
async function measure(name, how) {
  const sink = 19_181;
  const relay = await stage.relay(name, `
ingress: {listen: "127.0.0.1:0"}
admin: {listen: "127.0.0.1:0"}
verification: {keys: [{scheme: ed25519, publicKeyFile: keys/ghl-ed25519.pub.pem}]}
store: {rocksdb: {path: ${name}-data}}
targets: {sink: {url: "http://127.0.0.1:${sink}/hook"}}
routes: [{to: [sink]}]
`);
  const bench = async (count, warm, ...options) =>
    JSON.parse((await run(JAVA, ['-jar', KIT_JAR, 'bench', '--keys', 'keys', '--json', '--to', relay.events,
      '--sink', `127.0.0.1:${sink}`, '--pid', String(relay.pid), '--count', String(count), '--warm-up', String(warm), ...options],
    { cwd: stage.folder })).stdout);
  await bench(60_000, 1_000, '--pool', 'warm.pool');
  const close = await open[how](relay);
  const result = await bench(COUNT, 10_000, '--pool', 'rate.pool', '--rate', '2000');
  const also = await close();
  await relay.stop();
  console.log(`  ${how.padEnd(7)} ${result.acknowledgedPerSecond.toFixed(0)} acknowledged/s, ` +
    `${result.delivered} of ${COUNT} delivered, p99 ${result.acknowledgementMs.p99} ms, ${result.cpuMicrosPerEvent} us of CPU an event${also}`);
  return result;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return Number.isInteger(half) ? (sorted[half - 1] + sorted[half]) / 2 : sorted[Math.floor(half)];
}
const shown = (values) =>
  `${median(values).toFixed(3)} [${Math.min(...values).toFixed(3)}..${Math.max(...values).toFixed(3)}]`;

try {
  stage.keys();
  const throughput = { asked: [], browser: [] };
  const cpu = { asked: [], browser: [] };
  for (let round = 1; round <= rounds; round++) {
    console.log(`round ${round} of ${rounds}`);
    const without = await measure(`none-${round}`, 'none');
    for (const how of ['asked', 'browser']) {
      const result = await measure(`${how}-${round}`, how);
      throughput[how].push(result.acknowledgedPerSecond / without.acknowledgedPerSecond);
      cpu[how].push(result.cpuMicrosPerEvent / without.cpuMicrosPerEvent);
    }
  }
  console.log(`at 2,000 events a second, beside no console:`);
  console.log(`  all that ${TABS} tabs ask: throughput ${shown(throughput.asked)} (target: 0.95), CPU of the relay ${shown(cpu.asked)}`);
  console.log(`  ${TABS} tabs in a browser on the same processors: throughput ${shown(throughput.browser)}, CPU of the relay ${shown(cpu.browser)}`);
  if (median(throughput.asked) < 0.95) process.exitCode = 1;
} finally {
  await stage.strike();
}
