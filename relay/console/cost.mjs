// Throughput of the relay with the console open in five tabs, beside none.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as stage from './stage.mjs';

const TABS = 5;
const COUNT = 40_000;
const rounds = Number(process.argv[2]);
const run = promisify(execFile);
const { KIT_JAR, JAVA = 'java' } = process.env;

/** One run of the load generator against a relay of its own. */
async function measure(name, tabs) {
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
  const browser = tabs > 0 ? await stage.browser() : null;
  for (let i = 0; i < tabs; i++) {
    const page = await browser.newPage();
    await page.goto(`${relay.console}/`);
    await page.getByTestId('strip').waitFor();
  }
  const result = await bench(COUNT, 10_000, '--pool', 'rate.pool', '--rate', '2000');
  await browser?.close();
  await relay.stop();
  console.log(`  ${tabs} tabs: ${result.acknowledgedPerSecond.toFixed(0)} acknowledged/s, ` +
    `${result.delivered} of ${COUNT} delivered, p99 ${result.acknowledgementMs.p99} ms, ${result.cpuMicrosPerEvent} us of CPU an event`);
  return result;
}

const middle = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

try {
  stage.keys();
  const throughput = [];
  const cpu = [];
  for (let round = 1; round <= rounds; round++) {
    console.log(`round ${round} of ${rounds}`);
    const without = await measure(`without-${round}`, 0);
    const open = await measure(`with-${round}`, TABS);
    throughput.push(open.acknowledgedPerSecond / without.acknowledgedPerSecond);
    cpu.push(open.cpuMicrosPerEvent / without.cpuMicrosPerEvent);
  }
  const shown = (values) => `${middle(values).toFixed(3)} [${Math.min(...values).toFixed(3)}..${Math.max(...values).toFixed(3)}]`;
  console.log(`with ${TABS} tabs : without, at 2,000 events a second: throughput ${shown(throughput)} (target: at least 0.95), relay's CPU an event ${shown(cpu)}`);
  if (middle(throughput) < 0.95) process.exitCode = 1;
} finally {
  await stage.strike();
}
