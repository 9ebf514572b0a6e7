// The console in a real browser, against a real relay: what an operator sees and does in a minute of
// 200 events a second, with a target that fails and one that refuses. Prints what it checked.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {copyFileSync, mkdirSync, readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import * as stage from './stage.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const pictures = process.argv[2];
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const DESK = {width: 1280, height: 800};
const PHONE = {width: 390, height: 844};
const TOKEN = 'a-token-for-the-test';

/** Longest wait for one condition, and how often it is looked at. */
const LIMIT_MILLIS = 45_000;
const LOOK_MILLIS = 100;

const begun = Date.now();
let passed = 0;
const failures = [];

/** One thing that must hold; the story goes on where it does not. */
async function check(name, action) {
  const at = () => `${((Date.now() - begun) / 1000).toFixed(1).padStart(6)} s`;
  try {
    await action();
    passed++;
    console.log(`${at()}  ${name}`);
  } catch (error) {
    failures.push(name);
    console.log(`${at()}  FAILED ${name}: ${error.message.split('\n', 4).join(' ')}`);
    await page.screenshot({path: join(pictures, `failed-${failures.length}.png`)}).catch(() => {});
  }
}

/** Waits until something is true, and returns it. */
async function until(what, condition, limit = LIMIT_MILLIS) {
  const end = Date.now() + limit;
  for (;;) {
    const value = await condition();
    if (value) {
      return value;
    }
    if (Date.now() > end) {
      throw new Error(`waited ${limit / 1000} s in vain until ${what}`);
    }
    await new Promise((later) => setTimeout(later, LOOK_MILLIS));
  }
}

// The cast.

mkdirSync(pictures, {recursive: true});
stage.keys();
const [crm, archive, billing, legacy, elsewhere] =
  await Promise.all([200, 200, 503, 400, 200].map(stage.target));
const verification = `verification: {keys: [{scheme: ed25519, publicKeyFile: keys/ghl-ed25519.pub.pem},
  {scheme: rsa-sha256, publicKeyFile: keys/ghl-rsa.pub.pem}]}`;
const config = `
ingress: {listen: "127.0.0.1:0"}
admin: {listen: "127.0.0.1:${await stage.freePort()}"}
${verification}
store: {rocksdb: {path: data}}
targets:
  crm: {url: "${crm.url}"}
  archive: {url: "${archive.url}"}
  billing: {url: "${billing.url}", headers: {X-Api-Key: not-to-be-seen}}
  legacy: {url: "${legacy.url}"}
routes:
  - {name: invoices, types: ["Invoice*"], to: [billing]}
  - {name: tasks, types: ["Task*"], to: [legacy]}
  - {name: everything, to: [crm, archive]}
`;
const relay = await stage.relay('relay', config);
const locked = await stage.relay('locked', `
ingress: {listen: "127.0.0.1:0"}
admin: {listen: "127.0.0.1:0", token: ${TOKEN}, showBodies: false}
${verification}
store: {memory: {}}
targets: {crm: {url: "${crm.url}"}}
routes: [{name: everything, to: [crm]}]
`);

const get = async (path) => (await fetch(relay.console + path)).json();
const listed = async (q) => (await get(`/api/v1/events?limit=1000&q=${encodeURIComponent(q)}`)).events;
const deliveryTo = async (name, id) => (await get(`/api/v1/events/${id}`)).deliveries.find((one) => one.target === name);
const targetNow = async (name) => (await get('/api/v1/targets')).targets.find((one) => one.name === name);

// One invoice ahead of the crowd: its schedule is looked at when it has been tried a few times.
await stage.platform(relay.events, '--event', 'InvoiceCreate', '--count', '1');
const [invoice] = await listed('type:InvoiceCreate');
const crowd = stage.platform(relay.events, '--event', 'all', '--count', '12000', '--rate', '200');

const chromium = await stage.browser();
const context = await chromium.newContext({viewport: DESK, colorScheme: 'light'});
const faults = [];
// Errors that the browser notes where the test does something wrong on purpose.
const expected = [/status of 400 .*q=/, /status of 401 .*\/api\//, /status of 403 .*\/pause/];
const page = await watched(context);

/** A page that notes what must not happen: errors, violations of the policy, requests to others. */
async function watched(context) {
  const opened = await context.newPage();
  opened.setDefaultTimeout(LIMIT_MILLIS);
  opened.on('console', (message) => {
    const text = `${message.text()} ${message.location().url}`;
    if (message.type() === 'error' && !expected.some((pattern) => pattern.test(text))) {
      faults.push(`console: ${text}`);
    }
  });
  opened.on('pageerror', (error) => faults.push(`script: ${error.stack}`));
  opened.on('request', (request) => {
    const {origin, protocol} = new URL(request.url());
    if (![relay.console, locked.console].includes(origin) && protocol !== 'data:') {
      faults.push(`request to another host: ${request.url()}`);
    }
  });
  await opened.exposeFunction('noteViolation', (text) => faults.push(`policy: ${text}`));
  await opened.addInitScript(() => document.addEventListener('securitypolicyviolation', (violation) =>
    window.noteViolation(`${violation.violatedDirective} ${violation.blockedURI} ${violation.sourceFile}`)));
  return opened;
}

const at = (id) => page.getByTestId(id);
const hash = () => page.evaluate(() => location.hash);
const picture = (name) => page.screenshot({path: join(pictures, `${name}.png`), animations: 'disabled'});

/** Opens a page of the console anew, with nothing left of the one before. */
const open = async (where, ready) => {
  await page.goto('about:blank');
  await page.goto(`${relay.console}/${where}`);
  await page.waitForSelector(ready);
};
const rows = () => at('event-row').evaluateAll((all) => all.map((row) => ({
  id: row.dataset.event,
  type: row.cells[1].textContent,
  states: [...row.querySelectorAll('.delivery')].map((one) => [one.querySelector('.delivery-name')?.textContent, one.dataset.state]),
})));
const newest = async () => (await rows())[0]?.id;

// The overview.

await check('the overview opens by itself at /, and its live stream moves', async () => {
  await page.goto(`${relay.console}/`);
  const before = await until('there is a row', newest);
  await until('another event is on top', async () => (await newest()) !== before);
  assert.equal(await at('connection').getAttribute('data-connection'), 'open');
});

await check('billing is shown failing, the others fine, in colour and in words', async () => {
  await until('billing fails', async () => (await at('health-billing').getAttribute('data-health')) === 'failing');
  assert.match(await at('health-billing').textContent(), /Failing/);
  for (const name of ['crm', 'archive']) {
    await until(`${name} is fine`, async () => (await at(`health-${name}`).getAttribute('data-health')) === 'ok');
    assert.match(await at(`health-${name}`).textContent(), /Fine/);
  }
  const colour = (name) => at(`health-${name}`).evaluate((element) => getComputedStyle(element).color);
  assert.notEqual(await colour('billing'), await colour('crm'));
});

await check('the verdict names what is stuck, and leads there', async () => {
  await until('the verdict is bad', async () => (await at('verdict').getAttribute('data-level')) === 'bad');
  assert.match(await at('verdict').textContent(), /billing has been failing for .*events? waits?.*503/s);
  const link = at('verdict').getByRole('link').first();
  assert.match(decodeURIComponent(await link.getAttribute('href')), /target:billing/);
});

await check('strip, targets and the head of the stream are seen without scrolling at 1280 x 800', async () => {
  const end = await page.evaluate(() => document.querySelector('[data-testid="event-row"]').getBoundingClientRect().bottom);
  assert.ok(end <= DESK.height, `the first row ends at ${end}`);
});

await check('held, the stream stays as it is and says what waits; let go, it moves', async () => {
  await at('hold').click();
  const before = await newest();
  await until('new events wait', async () => /\d.* new/.test(await at('held').textContent()));
  assert.equal(await newest(), before);
  await at('hold').click();
  await until('the stream moves', async () => (await newest()) !== before);
});

await check('held by the pointer too', async () => {
  await at('stream').hover({position: {x: 300, y: 120}});
  await until('new events wait', async () => /\d.* new/.test(await at('held').textContent()));
  await page.mouse.move(5, 5);
  await until('it is let go', async () => !(await at('held').textContent()));
});

await check('rows tell how deliveries stand as it happens', () =>
  until('a delivered one is there', async () =>
    (await rows()).some((row) => row.states.some(([name, state]) => name === 'crm' && state === 'delivered'))));

await check('at most 200 rows are kept', async () => {
  await until('the list is long', async () => (await at('event-row').count()) >= 150);
  assert.ok((await at('event-row').count()) <= 200);
});

// Under way, and a little later, it is worth a picture.
await until('there is traffic', async () => (await get('/api/v1/status')).accepted > 3000);
await picture('overview');
if (process.argv.includes('--update-screenshot')) {
  copyFileSync(join(pictures, 'overview.png'), join(here, 'overview.png'));
}

const filtered = async (text, fits) => {
  await at('filter').fill(text);
  await at('filter').press('Enter');
  await until(`every row fits ${text}`, async () => {
    const list = await rows();
    return list.length > 0 && list.every(fits);
  });
  assert.equal(new URLSearchParams((await hash()).split('?')[1]).get('q'), text);
};

await check('filters: target:, type:, state:, kept in the address', async () => {
  await filtered('target:billing', (row) => row.states.some(([name]) => name === 'billing'));
  await filtered('type:Contact*', (row) => row.type.startsWith('Contact'));
  await filtered('state:dead', (row) => row.states.some(([, state]) => state === 'dead'));
  await filtered('type:Invoice* target:billing state:pending', (row) => row.type.startsWith('Invoice'));
  await page.reload();
  await until('the filter is back', async () => (await at('filter').inputValue()) === 'type:Invoice* target:billing state:pending');
});

await check('a wrong filter is refused with its reason', async () => {
  await at('filter').fill('typ:Contact');
  await until('it says why', async () => (await at('filter-error').count()) && /typ.*did you mean/.test(await at('filter-error').textContent()));
  assert.equal(await at('filter').getAttribute('aria-invalid'), 'true');
  await at('filter').fill('');
  await until('the error is gone', async () => (await at('filter-error').count()) === 0);
});

/** When crm was paused; its events of then were deferred. */
const pause = {};

await check('a target is paused, its events wait, and it is resumed', async () => {
  pause.from = new Date().toISOString();
  await at('pause-crm').click();
  await until('the API says so', async () => (await targetNow('crm')).paused);
  await until('the page says so', async () => (await at('health-crm').getAttribute('data-health')) === 'paused');
  await until('events wait', async () => (await targetNow('crm')).pending > 100);
  pause.to = new Date().toISOString();
  await at('resume-crm').click();
  await until('the API says so', async () => !(await targetNow('crm')).paused);
  await until('the page says so', async () => (await at('pause-crm').count()) === 1);
  await until('nothing waits', async () => (await targetNow('crm')).pending < 20);
});

// An event.

const BASES = [0, 10, 20, 40, 80, 160, 320, 640, 1280, 2560].map((seconds) => seconds * 1000);
const NEAR_MILLIS = 3;

await check('the schedule of an event is drawn as the API tells it and as ghl-2025 rules it', async () => {
  await until('the invoice was tried four times', async () =>
    (await deliveryTo('billing', invoice.id)).attempts >= 4);
  await open(`#/events/${invoice.id}`, '[data-testid="schedule-billing"]');
  const marks = (attribute) => page.locator(`[data-testid="schedule-billing"] [${attribute}]`).evaluateAll(
    (all, name) => all.map((one) => [Number(one.getAttribute(name)), Number(one.dataset.offsetMs)]), attribute);
  const attempts = await until('the attempts are drawn', async () => {
    const drawn = await marks('data-attempt');
    return drawn.length >= 4 && drawn;
  });
  const planned = new Map(await marks('data-planned'));
  const delivery = await deliveryTo('billing', invoice.id);
  const zero = Date.parse(delivery.attemptList[0].startedAt) + delivery.attemptList[0].latencyMs;
  for (const [number, offset] of attempts) {
    const attempt = delivery.attemptList[number - 1];
    near(offset, Date.parse(attempt.startedAt) - zero, `attempt ${number}`);
    near(planned.get(number), Date.parse(attempt.dueAt) - zero, `plan of attempt ${number}`);
  }
  for (const one of delivery.plan) {
    near(planned.get(one.number), Date.parse(one.earliest) - zero, `plan of attempt ${one.number}`);
  }
  const jitter = planned.get(2);
  assert.ok(jitter >= 1000 - NEAR_MILLIS && jitter <= 10_000 + NEAR_MILLIS, `the jitter is ${jitter}`);
  BASES.forEach((base, i) => near(planned.get(i + 2), jitter + base, `retry ${i + 1} by the rule`));
  assert.equal(planned.size, 11);
});

function near(actual, wanted, what) {
  assert.ok(Math.abs(actual - wanted) <= NEAR_MILLIS, `${what}: ${actual}, not ${wanted}`);
}

await check('attempts stand further right the later they are, on both axes', async () => {
  const places = () => page.locator('[data-testid="schedule-billing"] [data-attempt]').evaluateAll(
    (all) => all.map((one) => one.getBoundingClientRect().x));
  const logarithmic = await places();
  await at('delivery-billing').getByRole('button', {name: 'Linear'}).click();
  const linear = await until('the axis has changed', async () => {
    const now = await places();
    return now[1] !== logarithmic[1] && now;
  });
  for (const list of [logarithmic, linear]) {
    assert.deepEqual(list, [...list].sort((a, b) => a - b));
  }
});

await check('the table says the same', async () => {
  await at('delivery-billing').getByText('Attempts as a table').click();
  assert.ok((await at('attempts-billing').getByText('503').count()) >= 4);
});

await check('signature, routes and body are shown', async () => {
  assert.match(await at('signature').textContent(), /Genuine.*ed25519.*X-GHL-Signature/s);
  assert.match(await at('routing').textContent(), /invoices takes it to billing.*tasks would go to legacy/s);
  await at('show-body').click();
  await until('the body is there', async () => /InvoiceCreate/.test(await at('body').textContent()));
});

await check('the copied curl command sends the very bytes', async () => {
  await at('copy-curl').click();
  await at('curl-url').fill(elsewhere.url);
  const command = await until('the command is there', async () => {
    const text = (await at('curl-command').count()) && (await at('curl-command').textContent());
    return text && text.includes(elsewhere.url) && text;
  });
  assert.match(command, /X-GHL-Signature/i);
  await promisify(execFile)('bash', ['-c', `${command} -s`]);
  assert.deepEqual(elsewhere.body, Buffer.from(await (await fetch(`${relay.console}/api/v1/events/${invoice.id}/body`)).arrayBuffer()));
  await page.keyboard.press('Escape');
});

await check('a deferred attempt is hatched, with the reason', async () => {
  const held = await until('there is one', async () => {
    for (const event of (await listed(`target:crm since:${pause.from} until:${pause.to}`)).filter((one, i) => i % 10 === 0)) {
      const delivery = await deliveryTo('crm', event.id);
      if (delivery.attemptList.some((attempt) => attempt.deferral === 'paused')) {
        return event;
      }
    }
    return null;
  });
  await open(`#/events/${held.id}`, '[data-testid="delivery-crm"]');
  await at('delivery-crm').getByText('Schedule', {exact: true}).click();
  await page.waitForSelector('[data-testid="schedule-crm"] [data-deferral="paused"]', {state: 'attached'});
});

// Keyboard and looks.

await check('keyboard: /, g d, g t, g o, ?, Esc, j, and a skip link', async () => {
  await open('#/dead', 'h1');
  await page.keyboard.press('/');
  await until('the filter has the focus', () => page.evaluate(() => document.activeElement?.id === 'filter'));
  await page.keyboard.press('Escape');
  for (const [key, wanted] of [['t', '#/traffic'], ['d', '#/dead'], ['s', '#/schedule'], ['c', '#/config'], ['o', '#/']]) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await until(`g ${key} leads to ${wanted}`, async () => (await hash()) === wanted, 5000);
  }
  await page.waitForSelector('[data-testid="event-row"]');
  await page.keyboard.press('j');
  await until('a row has the focus', () => page.evaluate(() => document.activeElement?.classList.contains('row-link')));
  await page.keyboard.press('?');
  await page.waitForSelector('[data-testid="help"]');
  await page.keyboard.press('Escape');
  await page.waitForSelector('[data-testid="help"]', {state: 'detached'});
  await page.reload();
  await page.waitForSelector('h1', {state: 'attached'});
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.className), 'skip');
});

await check('the theme can be switched, and stays', async () => {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const before = await background();
  await at('theme').click();
  assert.notEqual(await background(), before);
  await page.reload();
  await page.waitForSelector('h1', {state: 'attached'});
  assert.notEqual(await background(), before);
  await page.evaluate(() => localStorage.clear());
});

const PAGES = {
  overview: ['#/', '[data-testid="event-row"]'],
  event: [`#/events/${invoice.id}`, '[data-testid="schedule-billing"]'],
  dead: ['#/dead', '[data-testid="dead-legacy"]'],
  traffic: ['#/traffic', '.counts'],
  schedule: ['#/schedule', '[data-testid="plan"]'],
  config: ['#/config', '[data-testid="config-routes"]'],
};

async function accessible(page, name) {
  await page.evaluate(axeSource);
  const {violations} = await page.evaluate(() => window.axe.run({resultTypes: ['violations']}));
  const grave = violations.filter(({impact}) => impact === 'serious' || impact === 'critical');
  assert.deepEqual(grave.map(({id, nodes}) => `${id}: ${nodes[0].html.slice(0, 120)}`), [], name);
}

for (const scheme of ['light', 'dark']) {
  await check(`no serious fault of accessibility on any page, ${scheme}`, async () => {
    await page.emulateMedia({colorScheme: scheme});
    for (const [name, [where, ready]] of Object.entries(PAGES)) {
      await open(where, ready);
      await accessible(page, name);
      await picture(`${name}-${scheme}`);
    }
    await page.keyboard.press('?');
    await page.waitForSelector('[data-testid="help"]');
    await accessible(page, 'help');
    await page.keyboard.press('Escape');
  });
}
await page.emulateMedia({colorScheme: 'light'});

await check('a phone needs no scrolling sideways on any page', async () => {
  await page.setViewportSize(PHONE);
  for (const [name, [where, ready]] of Object.entries(PAGES)) {
    await open(where, ready);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    await picture(`${name}-phone`);
    assert.ok(width <= PHONE.width, `${name} is ${width} wide`);
  }
  await page.setViewportSize(DESK);
});

await check('the schedule explorer shows a policy on both timelines', async () => {
  await open('#/schedule?policy=ghl-2025&jitter=3s', '[data-testid="schedule-ghl-2025"]');
  const offsets = () => page.locator('[data-testid="schedule-ghl-2025"] [data-planned]').evaluateAll(
    (all) => all.map((one) => Number(one.dataset.offsetMs) / 1000));
  assert.deepEqual((await offsets()).slice(0, 6), [0, 3, 13, 23, 43, 83]);
  await page.getByRole('button', {name: 'the attempt before'}).click();
  await until('the timeline is another', async () => (await offsets())[3] === 33);
});

await check('the configuration is shown without secrets', async () => {
  await open('#/config', '[data-testid="config-targets"]');
  const text = await page.locator('main').textContent();
  assert.match(text, /billing:.*X-Api-Key: "\*\*\*"/s);
  assert.doesNotMatch(text, /not-to-be-seen/);
});

await check('relays that share the store are shown; of a store of its own nothing', async () => {
  await open('#/', '[data-testid="event-row"]');
  assert.equal((await get('/api/v1/relays')).shared, false);
  assert.equal(await at('relays').count(), 0);
  const one = {version: '1.0', startedAt: new Date().toISOString(), leaseUntil: new Date().toISOString(), ordered: []};
  await page.route('**/api/v1/relays', (route) => route.fulfill({json: {
    shared: true,
    sameConfig: false,
    relays: [
      {...one, name: 'a', self: true, alive: true, config: '0123456789ab', pending: 1234, ordered: ['crm']},
      {...one, name: 'b', self: false, alive: true, config: 'ba9876543210', pending: 7},
      {...one, name: 'c', self: false, alive: false, config: '0123456789ab', pending: 0},
      {...one, name: 'd', self: false, alive: false, config: null, pending: 5},
    ],
  }}));
  await open('#/', '[data-testid="relays"]');
  const row = (name) => at(`relay-${name}`).textContent();
  assert.match(await row('a'), /this one.*Alive.*1,234.*crm.*0123456789ab/s);
  assert.doesNotMatch(await row('a'), /other than/);
  assert.match(await row('b'), /Alive.*ba9876543210.*other than this one's/s);
  assert.match(await row('c'), /Gone: taken over/);
  assert.match(await row('d'), /Gone: not yet taken over/);
  await until('the verdict says so', async () => /go by different configurations/.test(await at('verdict').textContent()));
  assert.match(await at('verdict').textContent(), /Relay d is gone, and 5 deliveries/);
  await accessible(page, 'relays');
  await picture('relays-light');
  await page.unroute('**/api/v1/relays');
});

// Dead letters.

await crowd;
await until('the last ones were refused', async () => (await targetNow('legacy')).pending === 0);
legacy.status = 200;

await check('dead letters: dry run, confirmation, progress, cancel, going on', async () => {
  await open('#/dead', '[data-testid="dead-legacy"]');
  assert.match(await at('dead-legacy').textContent(), /refused by the target.*400/s);
  await at('replay-group-legacy').click();
  const {dead} = await targetNow('legacy');
  await until('the dry run has counted them', async () =>
    (await at('replay-count').count()) && (await at('replay-count').textContent()).replace(/\D/g, '') === String(dead));
  assert.equal((await targetNow('legacy')).dead, dead, 'a dry run changes nothing');
  assert.ok(dead > 100, 'enough for a typed confirmation');
  assert.ok(await at('replay-start').isDisabled());
  await accessible(page, 'replay dialog');
  await at('replay-rate').fill('25');
  await at('replay-confirm').fill(String(dead));
  await at('replay-start').click();

  const job = () => at('replay-job').first();
  const progress = async () => Number((await at('replay-progress').first().textContent()).split(' of ')[0]);
  await until('it progresses', async () => (await at('replay-job').count()) && (await progress()) > 20);
  await picture('replay-light');
  await at('replay-cancel').click();
  await until('it is cancelled', async () => (await job().getAttribute('data-state')) === 'cancelled');
  const [cancelled] = (await get('/api/v1/replays')).replays;
  assert.equal(cancelled.state, 'cancelled');
  assert.ok(cancelled.replayed < dead);

  await at('replay-group-legacy').click();
  await until('the rest is counted', () => at('replay-count').count());
  await at('replay-rate').fill('');
  if (await at('replay-confirm').count()) {
    await at('replay-confirm').fill(String((await targetNow('legacy')).dead));
  }
  await at('replay-start').click();
  await until('it is done', async () => (await job().getAttribute('data-state')) === 'done');
  await until('nothing is dead', async () => (await targetNow('legacy')).dead === 0);
  await until('the page says so', () => at('no-dead').count());
});

await check('a replayed event shows both series', async () => {
  const [task] = await listed('target:legacy state:delivered');
  await open(`#/events/${task.id}`, '[data-testid="delivery-legacy"]');
  assert.equal(await at('delivery-legacy').getAttribute('data-state'), 'delivered');
  await at('delivery-legacy').getByRole('button', {name: 'First series'}).click();
  await until('the first series is drawn', () => page.locator('[data-testid="schedule-legacy"]').getByText('400').count());
});

await check('an event is replayed to one target', async () => {
  const [event] = await listed('target:archive state:delivered');
  await open(`#/events/${event.id}`, '[data-testid="delivery-archive"]');
  await at('replay-archive').click();
  await until('the API has a second series', async () =>
    (await deliveryTo('archive', event.id)).series === 2);
  await until('the page has it', () => at('delivery-archive').getByRole('button', {name: 'Replay 1'}).count());
});

await check('a page that nobody sees ends its stream, and takes it up again when it is seen', async () => {
  await open('#/', '[data-testid="event-row"]');
  const see = (hidden) => page.evaluate((now) => {
    Object.defineProperty(document, 'hidden', {configurable: true, get: () => now});
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  const isStream = (request) => request.url().includes('/api/v1/stream');
  const ended = page.waitForEvent('requestfailed', isStream);
  await see(true);
  await ended;
  const begun = page.waitForEvent('request', isStream);
  await see(false);
  await begun;
  await until('it is live', async () => (await at('connection').getAttribute('data-connection')) === 'open');
});

await check('a lost connection is said plainly, and comes back by itself', async () => {
  await open('#/', '[data-testid="event-row"]');
  expected.push(/ERR_CONNECTION_REFUSED/, /ERR_INCOMPLETE_CHUNKED_ENCODING/, /ERR_CONNECTION_RESET/, /ERR_EMPTY_RESPONSE/, /status of 503/);
  await relay.stop();
  await until('it is said', async () => (await at('connection').getAttribute('data-connection')) === 'lost');
  assert.match(await at('verdict').textContent(), /No connection to the relay/);
  await stage.relay('relay', config);
  await until('it is back', async () => (await at('connection').getAttribute('data-connection')) === 'open');
});

// The login.

await check('login: wrong token refused, right one in, out again', async () => {
  await page.goto(`${locked.console}/#/traffic`);
  await page.waitForSelector('[data-testid="token"]');
  await accessible(page, 'login');
  await picture('login-light');
  await at('token').fill('wrong');
  await at('login').click();
  await until('it is refused', async () => (await at('problem').count()) && /token/.test(await at('problem').textContent()));
  await at('token').fill(TOKEN);
  await at('login').click();
  await page.waitForSelector('[data-testid="by-type"]');
  const cookie = (await context.cookies(locked.console)).find(({name}) => name === 'relay_session');
  assert.ok(cookie.httpOnly, 'HttpOnly');
  assert.equal(cookie.sameSite, 'Strict');
});

await check('where bodies are hidden, the event page says so and offers none', async () => {
  await stage.platform(locked.events, '--count', '1');
  await page.goto(`${locked.console}/#/`);
  await at('event-row').first().getByRole('link').press('Enter');
  await page.waitForSelector('[data-testid="bodies-hidden"]');
  assert.equal(await at('show-body').count() + await at('download').count(), 0);
  await page.goto(`${locked.console}/#/traffic`);
  await page.waitForSelector('[data-testid="by-type"]');
});

await check('with the cookie alone nothing is changed', async () => {
  const pause = (headers) => page.evaluate(
    async (given) => (await fetch('/api/v1/targets/crm/pause', {method: 'POST', headers: given})).status, headers);
  assert.equal(await pause({}), 403);
  assert.equal(await pause({'Relay-Console': '1'}), 200);
});

await check('who logs out sees the login again, and so does who has no session any more', async () => {
  await at('logout').click();
  await page.waitForSelector('[data-testid="token"]');
  await at('token').fill(TOKEN);
  await at('login').click();
  await page.waitForSelector('[data-testid="by-type"]');
  await context.clearCookies();
  await page.keyboard.press('g');
  await page.keyboard.press('d');
  await page.waitForSelector('[data-testid="token"]');
});

await check('no error in the console, no violation of the policy, no request to another host', () =>
  assert.deepEqual(faults, []));

await stage.strike();
console.log(`Screenshots in ${pictures}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length ? 1 : 0;
