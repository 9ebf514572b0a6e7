// What stands around the console in its test: targets, relays, the simulated platform, a browser.
import { spawn, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const { RELAY_JAR, KIT_JAR, CHROMIUM, JAVA = 'java' } = process.env;
const undo = [];

export const folder = mkdtempSync(join(tmpdir(), 'relay-console-'));
undo.push(() => rmSync(folder, { recursive: true, force: true }));

/** Undoes all that was set up, the last first. */
export async function strike() {
  for (const one of undo.reverse()) await one();
}

/** A target that answers with a status, which may be changed; keeps the last body that it got. */
export async function target(status) {
  const state = { status, body: null };
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      state.body = Buffer.concat(parts);
      response.writeHead(state.status, { 'Content-Type': 'text/plain' });
      response.end(state.status === 200 ? 'ok' : `answer ${state.status}`);
    });
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  undo.push(() => { server.closeAllConnections(); server.close(); });
  state.url = `http://127.0.0.1:${server.address().port}/hook`;
  return state;
}

/** A port that is free now, for what must come back at the same place. */
export async function freePort() {
  const server = net.createServer();
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

export function keys() {
  execFileSync(JAVA, ['-jar', KIT_JAR, 'keygen'], { cwd: folder, stdio: 'ignore' });
}

/** A relay of a configuration: where it takes events, its console, its process, and how to stop it. */
export async function relay(name, config) {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, config);
  const process = spawn(JAVA, ['-jar', RELAY_JAR, 'serve', '-c', file], { cwd: folder });
  const ended = new Promise((over) => process.on('exit', over));
  const stop = async () => { process.kill('SIGTERM'); await ended; };
  undo.push(stop);
  let log = '';
  const ready = new Promise((found, failed) => {
    const look = (data) => {
      log += data;
      const line = /Ready: events at (http:\S+?), console and admin API at (http:[\w.:/]+\d)/.exec(log);
      if (line) found({ events: line[1], console: line[2], pid: process.pid, stop });
    };
    process.stdout.on('data', look);
    process.stderr.on('data', look);
    process.on('exit', (code) => failed(new Error(`the relay ended with ${code}:\n${log}`)));
  });
  return ready;
}

/** The platform, sending; settles when all is sent or the time is up. */
export function platform(to, ...options) {
  const process = spawn(JAVA, ['-jar', KIT_JAR, 'simulate', '--keys', 'keys', '--to', to, ...options],
    { cwd: folder, stdio: 'ignore' });
  const ended = new Promise((over) => process.on('exit', over));
  undo.push(async () => { process.kill('SIGTERM'); await ended; });
  return ended;
}

export async function browser() {
  const launched = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  undo.push(() => launched.close());
  return launched;
}
