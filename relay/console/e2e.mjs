// The console, used as an operator uses it. Every wait is for something, and has a limit.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as stage from './stage.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const pictures = process.argv[2];
const update = process.argv.includes('--update-screenshot');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WAIT = 60_000;
const complaints = [];
const pages = [];
const begun = Date.now();
let checks = 0;

function checked(what) {
  checks++;
  console.log(`  ${((Date.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${what}`);
}

/** Asks until the answer pleases. */
async function until(what, ask, pleases) {
  const end = Date.now() + WAIT;
  for (;;) {
    const answer = await ask();
    if (pleases(answer)) return answer;
    if (Date.now() > end) throw new Error(`${what}: ${JSON.stringify(answer).slice(0, 500)}`);
    await new Promise((later) => setTimeout(later, 200));
  }
}

/** A page whose every complaint, violation and foreign request counts. */
async function open(context, home) {
  const page = await context.newPage();
  pages.push(page);
  page.setDefaultTimeout(WAIT);
  page.on('console', (message) => {
    // What the test does wrong on purpose, the browser notes too.
    if (message.type() === 'error' && !/status of (400|401|403)/.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error.stack)));
  page.on('request', (request) => {
    if (!request.url().startsWith(`${home}/`) && !request.url().startsWith('data:')) complaints.push(`asked another host: ${request.url()}`);
  });
  await page.addInitScript(() =>
    document.addEventListener('securitypolicyviolation', (e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`)));
  return page;
}

async function accessible(page, what) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  const serious = result.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  assert.deepEqual(
    serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`), [], `axe, ${what}`);
}

const picture = (page, name, whole = false) =>
  page.screenshot({ path: join(pictures, `${name}.png`), fullPage: whole, animations: 'disabled' });

async function main() {
  mkdirSync(pictures, { recursive: true });
  stage.keys();
  const good = await stage.target(200);
  const failing = await stage.target(503);
  const refusing = await stage.target(400);
  const verification = `verification: {keys: [{scheme: ed25519, publicKeyFile: keys/ghl-ed25519.pub.pem}, {scheme: rsa-sha256, publicKeyFile: keys/ghl-rsa.pub.pem}]}`;
  const relay = await stage.relay('relay', `
ingress: {listen: "127.0.0.1:0"}
admin: {listen: "127.0.0.1:0"}
${verification}
store: {rocksdb: {path: data}}
targets:
  crm: {url: "${good.url}", headers: {X-Key: planted-secret}}
  archive: {url: "${good.url}"}
  billing: {url: "${failing.url}"}
  legacy: {url: "${refusing.url}"}
routes:
  - {name: invoices, types: ["Invoice*"], to: [billing]}
  - {name: tasks, types: ["Task*"], to: [legacy]}
  - {name: everything, to: [crm, archive]}
`);
  const api = async (path, body) =>
    (await fetch(relay.console + path, body === undefined ? {} : {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
    })).json();
  const targets = async () =>
    Object.fromEntries((await api('/api/v1/targets')).targets.map((one) => [one.name, one]));

  const browser = await stage.browser();
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
  const page = await open(context, relay.console);
  const traffic = stage.platform(relay.events, '--event', 'all', '--count', '18000', '--rate', '200');

  console.log('Overview');
  await page.goto(`${relay.console}/`);
  const rows = page.getByTestId('event-row');
  await rows.first().waitFor();
  const seen = await rows.first().getAttribute('data-event');
  await page.waitForFunction((id) => document.querySelector('[data-testid=event-row]').dataset.event !== id, seen);
  checked('the live stream moves');
  const health = (name, is) => page.locator(`[data-testid=health-${name}][data-health=${is}]`).waitFor();
  await health('billing', 'failing');
  await health('crm', 'ok');
  const [red, green, blue] = await page.getByTestId('health-billing').evaluate((element) =>
    getComputedStyle(element).color.match(/\d+/g).map(Number));
  assert.ok(red > 2 * Math.max(green, blue), `failing is shown in ${[red, green, blue]}`);
  await page.getByTestId('verdict').getByText('failing').first().waitFor();
  checked('the failing target is red, the others are well, and the verdict says so');
  assert.equal(await page.getByTestId('connection').getAttribute('data-connection'), 'open');
  const head = await page.getByTestId('stream').boundingBox();
  assert.ok(head.y < 700, `the stream begins at ${head.y}`);
  checked('targets and the head of the stream are seen without scrolling at 1280x800');
  // A minute's bars are worth seeing in the picture.
  await until('traffic', () => api('/api/v1/status'), (status) => status.accepted > 2000);
  await picture(page, 'overview');
  if (update) copyFileSync(join(pictures, 'overview.png'), join(here, 'overview.png'));
  await accessible(page, 'overview');

  await page.getByTestId('hold').click();
  const held = await rows.first().getAttribute('data-event');
  await page.waitForResponse((response) => response.url().includes('/api/v1/'), { timeout: 3000 }).catch(() => null);
  assert.equal(await rows.first().getAttribute('data-event'), held);
  await page.getByTestId('hold').click();
  await page.waitForFunction((id) => document.querySelector('[data-testid=event-row]').dataset.event !== id, held);
  checked('held, the stream stands still; then it goes on');

  console.log('Pause and resume');
  await page.getByTestId('pause-archive').click();
  await page.getByTestId('resume-archive').waitFor();
  assert.equal((await targets()).archive.paused, true);
  await health('archive', 'paused');
  const kept = await until('the queue', targets, (all) => all.archive.pending > 10);
  assert.ok(kept.archive.pending > 10);
  await page.getByTestId('resume-archive').click();
  await until('the queue', targets, (all) => !all.archive.paused && all.archive.pending < 50);
  checked('paused, its queue grows; resumed, it is delivered');

  console.log('Filters');
  const filter = page.getByTestId('filter');
  await page.mouse.move(5, 5);
  await page.keyboard.press('/');
  await page.keyboard.type('type:Invoice*');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => {
    const types = [...document.querySelectorAll('[data-testid=event-row] td:nth-child(2)')].map((cell) => cell.innerText);
    return types.length > 0 && types.every((type) => type.startsWith('Invoice'));
  });
  assert.match(page.url(), /q=type%3AInvoice/);
  await filter.fill('target:legacy state:dead');
  await filter.press('Enter');
  await page.waitForFunction(() => {
    const types = [...document.querySelectorAll('[data-testid=event-row] td:nth-child(2)')].map((cell) => cell.innerText);
    return types.length > 0 && types.every((type) => type.startsWith('Task'));
  });
  await filter.fill('tpye:A');
  await filter.press('Enter');
  await page.getByTestId('filter-error').getByText("did you mean 'type:'?").waitFor();
  await filter.fill('');
  await filter.press('Enter');
  await rows.first().waitFor();
  checked('by type, by target and state; a bad one says what is meant');

  console.log('Event');
  const failed = await until('an event tried twice',
    async () => (await api('/api/v1/events?q=target:billing%20state:pending%20until:6s&limit=20')).events,
    (events) => events.some((event) => event.deliveries.some((one) => one.target === 'billing' && one.attempts >= 2)));
  const { id } = failed.find((event) => event.deliveries.some((one) => one.target === 'billing' && one.attempts >= 2));
  await page.goto(`${relay.console}/#/events/${id}`);
  const drawing = page.getByTestId('schedule-billing');
  await drawing.waitFor();
  const detail = await api(`/api/v1/events/${id}`);
  const delivery = detail.deliveries.find((one) => one.target === 'billing');
  const first = delivery.attemptList[0];
  const origin = new Date(first.startedAt).getTime() + first.latencyMs;
  const drawn = await drawing.locator('[data-attempt]').evaluateAll((marks) =>
    marks.map((mark) => ({ number: Number(mark.dataset.attempt), offset: Number(mark.dataset.offsetMs) })));
  for (const { number, offset } of drawn) {
    const attempt = delivery.attemptList[number - 1];
    if (!attempt) continue; // made since the API was asked
    const real = new Date(attempt.startedAt).getTime() - origin;
    assert.ok(Math.abs(offset - real) <= 2, `attempt ${number} at ${offset}, not ${real}`);
  }
  // ghl-2025: with j drawn once, 1 to 10 s, retries are due j, j+10, j+20, j+40 ... after the first.
  const planned = await drawing.locator('[data-planned]').evaluateAll((ticks) =>
    ticks.map((tick) => ({ number: Number(tick.dataset.planned), offset: Number(tick.dataset.offsetMs) })));
  const jitter = planned.find(({ number }) => number === 2).offset;
  assert.ok(jitter >= 999 && jitter <= 10_001, `jitter ${jitter}`);
  for (const { number, offset } of planned.slice(1)) {
    const rule = number === 2 ? 0 : 10_000 * 2 ** (number - 3);
    assert.ok(Math.abs(offset - jitter - rule) <= 2, `attempt ${number} planned at ${offset}, jitter ${jitter}`);
  }
  assert.deepEqual(planned.map(({ number }) => number), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  assert.ok(drawn.length >= 2);
  checked(`the schedule is drawn: ${drawn.length} attempts made, 11 planned, at the offsets of the rule`);
  await page.getByTestId('signature').getByText('Genuine when it came, and by the keys of now').waitFor();
  await page.getByTestId('routing').getByText('type is Invoice*').waitFor();
  await page.getByTestId('show-body').click();
  await page.getByTestId('body').getByText(detail.webhookId).waitFor();
  checked('signature verdict, routing and body are shown');
  await picture(page, 'event', true);
  await accessible(page, 'event');

  console.log('Dead letters');
  await page.keyboard.press('g');
  await page.keyboard.press('d');
  await page.getByTestId('dead-legacy').waitFor();
  refusing.status = 200;
  await traffic;
  await until('the last ones', targets, (all) => all.legacy.pending === 0);
  const dead = (await targets()).legacy.dead;
  await page.getByTestId('replay-group-legacy').click();
  const counted = await page.getByTestId('replay-count').innerText();
  assert.equal(Number(counted.replace(/\D/g, '')), dead);
  await page.getByTestId('replay-rate').fill('2000');
  const start = page.getByTestId('replay-start');
  if (dead > 100) {
    assert.equal(await start.isDisabled(), true);
    await page.getByTestId('replay-confirm').fill(String(dead));
  }
  await picture(page, 'dead');
  await accessible(page, 'replay dialog');
  await start.click();
  await page.locator('[data-testid=replay-job][data-state=done]').waitFor();
  assert.equal(await page.getByTestId('replay-progress').innerText(), `${dead} of ${dead}`);
  await until('the replay', targets, (all) => all.legacy.dead === 0 && all.legacy.pending === 0);
  await accessible(page, 'dead letters');
  checked(`${dead} dead letters counted, confirmed, replayed and delivered`);

  console.log('Other pages');
  for (const [key, name, there] of [['t', 'traffic', 'by-type'], ['s', 'schedule', 'schedule-ghl-2025'], ['c', 'config', 'config-targets']]) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await page.getByTestId(there).waitFor();
    await picture(page, name);
    await accessible(page, name);
  }
  const shown = await page.locator('main').innerText();
  assert.ok(shown.includes('X-Key') && !shown.includes('planted-secret'));
  await page.keyboard.press('?');
  await page.getByTestId('help').waitFor();
  await accessible(page, 'help');
  await page.keyboard.press('Escape');
  await page.getByTestId('help').waitFor({ state: 'detached' });
  checked('traffic, schedules and configuration by the keyboard; no secret is shown');

  await page.getByTestId('theme').click();
  for (const hash of ['#/', `#/events/${id}`, '#/dead', '#/traffic', '#/schedule', '#/config']) {
    await page.goto(`${relay.console}/${hash}`);
    await page.locator('main h1').first().waitFor();
    await page.waitForLoadState('load');
    await accessible(page, `${hash} in the dark`);
    if (hash === '#/') await picture(page, 'overview-dark');
  }
  checked('no serious finding of axe on any page, light or dark');

  const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, colorScheme: 'dark', reducedMotion: 'reduce' });
  const small = await open(phone, relay.console);
  for (const [name, hash] of [['overview', '#/'], ['event', `#/events/${id}`], ['dead', '#/dead'], ['schedule', '#/schedule']]) {
    await small.goto(`${relay.console}/${hash}`);
    await small.locator('main h1').first().waitFor();
    if (name === 'overview') await small.getByTestId('strip').waitFor();
    await picture(small, `phone-${name}`);
    const wide = await small.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `${hash} is ${wide} wide`);
  }
  checked('fits a phone');

  console.log('Login');
  const locked = await stage.relay('locked', `
ingress: {listen: "127.0.0.1:0"}
admin: {listen: "127.0.0.1:0", token: console-test-token, showBodies: false}
${verification}
store: {memory: {}}
targets: {crm: {url: "${good.url}"}}
routes: [{to: [crm]}]
`);
  const guarded = await open(await browser.newContext({ colorScheme: 'light' }), locked.console);
  await guarded.goto(`${locked.console}/`);
  await guarded.getByTestId('token').fill('wrong');
  await guarded.getByTestId('login').click();
  await guarded.getByTestId('problem').getByText('not the token').waitFor();
  await picture(guarded, 'login');
  await accessible(guarded, 'login');
  await guarded.getByTestId('token').fill('console-test-token');
  await guarded.getByTestId('login').click();
  await guarded.getByTestId('strip').waitFor();
  const [cookie] = await guarded.context().cookies();
  assert.equal(cookie.httpOnly, true);
  assert.equal(cookie.sameSite, 'Strict');
  const forged = await guarded.evaluate(async () => (await fetch('/api/v1/reload', { method: 'POST' })).status);
  assert.equal(forged, 403);
  await guarded.getByTestId('logout').click();
  await guarded.getByTestId('token').waitFor();
  checked('a wrong token is refused, the right one logs in and out; the cookie alone changes nothing');

  assert.deepEqual(complaints, []);
  checked('no console error, no policy violation, no request to another host');
  console.log(`${checks} checks of the console hold; screenshots in ${pictures}`);
}

try {
  await main();
} catch (failure) {
  // What the last page looked like says more than the stack.
  await pages.at(-1)?.screenshot({ path: join(pictures, 'failure.png') }).catch(() => null);
  console.error([`see ${join(pictures, 'failure.png')}`, ...complaints].join('\n'));
  throw failure;
} finally {
  await stage.strike();
}
