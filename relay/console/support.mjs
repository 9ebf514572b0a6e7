// What the story in e2e.mjs stands on: targets, relays, a browser, and waiting for conditions.
import {spawn} from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import {chromium} from 'playwright-core';

const {CHROMIUM, KIT_JAR, RELAY_JAR} = process.env;

/** Longest wait for one condition. */
const LIMIT_MILLIS = 45_000;
const LOOK_MILLIS = 100;

const cleanups = [];

/** Runs what must be undone, newest first. */
export async function cleanUp() {
  for (const undo of cleanups.reverse()) {
    await undo();
  }
}

/** Waits until something is true, and returns it. */
export async function until(what, condition, limit = LIMIT_MILLIS) {
  const end = Date.now() + limit;
  for (;;) {
    const value = await condition();
    if (value) {
      return value;
    }
    if (Date.now() > end) {
      throw new Error(`waited ${limit / 1000} s in vain until ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLIS));
  }
}

/** A target that answers with its `status`, which may be changed; keeps the last body that it got. */
export async function target(status) {
  const it = {status, body: null, port: 0};
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      it.body = Buffer.concat(parts);
      response.writeHead(it.status, {'Content-Type': 'text/plain'});
      response.end(it.status < 300 ? '' : `this target answers ${it.status}`);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  it.port = server.address().port;
  it.url = `http://127.0.0.1:${it.port}/hook`;
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return it;
}

export async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Runs a verb of the kit to its end. */
export function kit(...args) {
  const process = spawn('java', ['-jar', KIT_JAR, ...args], {stdio: ['ignore', 'ignore', 'pipe']});
  let errors = '';
  process.stderr.on('data', (text) => (errors += text));
  cleanups.push(() => process.kill());
  return new Promise((resolve, reject) => process.on('exit', (code) =>
    code ? reject(new Error(`${args[0]} ended with ${code}: ${errors}`)) : resolve()));
}

/** A relay on a configuration file; start() waits until it is ready. */
export function relay(config, port, log) {
  const base = `http://127.0.0.1:${port}`;
  let process = null;
  const stop = async () => {
    if (process?.exitCode === null) {
      const ended = new Promise((resolve) => process.on('exit', resolve));
      process.kill();
      await ended;
    }
  };
  cleanups.push(stop);
  return {
    base,
    stop,
    async start() {
      const output = fs.openSync(log, 'a');
      process = spawn('java', ['-jar', RELAY_JAR, 'serve', '-c', config], {stdio: ['ignore', output, output]});
      fs.closeSync(output);
      await until('the relay is ready', async () => {
        if (process.exitCode !== null) {
          throw new Error(`the relay did not start; see ${log}`);
        }
        return (await fetch(`${base}/readyz`).catch(() => null))?.ok;
      });
    },
    async get(path, headers = {}) {
      const response = await fetch(base + path, {headers});
      return response.json();
    },
    async bytes(path) {
      return Buffer.from(await (await fetch(base + path)).arrayBuffer());
    },
  };
}

export async function browser(folder) {
  const it = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
      `--disk-cache-dir=${folder}`],
  });
  cleanups.push(() => it.close());
  return it;
}

/**
 * A page that notes what must not happen: errors in the console, violations of the policy, requests
 * to others. `expected` are texts of errors that a test brings about.
 */
export async function watchedPage(context, hosts, faults, expected) {
  const page = await context.newPage();
  page.setDefaultTimeout(LIMIT_MILLIS);
  page.on('console', (message) => {
    const text = `${message.text()} ${message.location().url}`;
    if (message.type() === 'error' && !expected.some((pattern) => pattern.test(text))) {
      faults.push(`console: ${text}`);
    }
  });
  page.on('pageerror', (error) => faults.push(`script: ${error.stack}`));
  page.on('request', (request) => {
    const {host, protocol} = new URL(request.url());
    if (!hosts.includes(host) && protocol !== 'data:') {
      faults.push(`request to another host: ${request.url()}`);
    }
  });
  await page.exposeFunction('noteViolation', (text) => faults.push(`policy: ${text}`));
  await page.addInitScript(() => document.addEventListener('securitypolicyviolation', (violation) =>
    window.noteViolation(`${violation.violatedDirective} ${violation.blockedURI} ${violation.sourceFile}:${violation.lineNumber}`)));
  return page;
}
