// The console's frame: pages by the hash, login, theme, shortcuts.
import { html, render, useEffect, useState } from './html.js';
import { get, remove } from './api.js';
import { Overview } from './pages/overview.js';
import { EventPage } from './pages/event.js';
import { DeadLetters } from './pages/dead.js';
import { Traffic } from './pages/traffic.js';
import { SchedulePage } from './pages/schedule.js';
import { ConfigPage } from './pages/config.js';
import { Login } from './pages/login.js';

const PAGES = [
  ['', 'Overview', 'o'],
  ['dead', 'Dead letters', 'd'],
  ['traffic', 'Traffic', 't'],
  ['schedule', 'Schedules', 's'],
  ['config', 'Configuration', 'c'],
];
const CONNECTION = { open: 'connected', connecting: 'connecting', lost: 'no connection' };
const THEME = 'relay-theme';

/** What the hash asks for: a page, what follows it, and its parameters. */
function parsed(hash) {
  const [path, query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [page, ...rest] = path.split('/');
  return { page, rest, parameters: new URLSearchParams(query) };
}

function useHash() {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = () => setHash(location.hash);
    window.addEventListener('hashchange', changed);
    return () => window.removeEventListener('hashchange', changed);
  }, []);
  return parsed(hash);
}

function useTheme() {
  const [theme, setTheme] = useState(localStorage.getItem(THEME) ?? '');
  useEffect(() => {
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    localStorage.setItem(THEME, theme);
  }, [theme]);
  return [theme, setTheme];
}

/** g, then the letter of a page; / for the filter; ? for this list. */
function useShortcuts(help) {
  useEffect(() => {
    let waiting = false;
    const pressed = (e) => {
      const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName);
      if (typing || e.ctrlKey || e.metaKey || e.altKey) return;
      const page = PAGES.find(([, , key]) => key === e.key);
      if (waiting && page) location.hash = `#/${page[0]}`;
      waiting = e.key === 'g';
      if (e.key === '/') {
        e.preventDefault();
        document.getElementById('filter')?.focus();
      }
      if (e.key === '?') help();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, []);
}

function App() {
  const { page, rest, parameters } = useHash();
  const [session, setSession] = useState(null);
  const [connection, setConnection] = useState('connecting');
  const [status, setStatus] = useState(null);
  const [theme, setTheme] = useTheme();
  const [help, setHelp] = useState(false);
  useShortcuts(() => setHelp((shown) => !shown));

  const ask = () =>
    get('/api/v1/session').then(setSession, () => setTimeout(ask, 2000));
  useEffect(() => { ask(); }, [page === 'login']);
  const allowed = session?.authenticated;
  useEffect(() => {
    const timer = allowed && page !== ''
      ? setInterval(() => get('/api/v1/status').then(
          (now) => { setStatus(now); setConnection('open'); }, () => setConnection('lost')), 3000)
      : undefined;
    if (allowed) get('/api/v1/status').then(setStatus, () => {});
    return () => clearInterval(timer);
  }, [allowed, page]);
  useEffect(() => {
    const name = PAGES.find(([path]) => path === page)?.[1] ?? 'Event';
    document.title = `${name} – GHL Relay`;
  }, [page]);

  if (session === null) return html`<main class="login"><h1>GHL Relay</h1><p class="quiet">Connecting …</p></main>`;
  if (!allowed) {
    return html`<main><${Login} done=${() => { if (page === 'login') location.hash = '#/'; ask(); }} /></main>`;
  }
  const setQuery = (query) => {
    location.hash = query ? `#/?q=${encodeURIComponent(query)}` : '#/';
  };
  const leave = () => remove('/api/v1/session').then(ask, ask);
  return html`
    <a class="skip" href="#main" onClick=${(e) => { e.preventDefault(); document.getElementById('main').focus(); }}>Skip to the page</a>
    <header>
      <a class="brand" href="#/"><img src="/console/icon.svg" alt="" width="22" height="22" />GHL Relay</a>
      <nav aria-label="Pages">
        ${PAGES.map(([path, name]) => html`<a href=${`#/${path}`} aria-current=${page === path ? 'page' : undefined}>${name}</a>`)}
      </nav>
      <span class="connection ${connection}" data-testid="connection"><span aria-hidden="true">●</span> ${CONNECTION[connection]}</span>
      <button type="button" data-testid="theme" aria-label="Colours: ${theme || 'as the system'}"
        onClick=${() => setTheme({ '': 'dark', dark: 'light', light: '' }[theme])}>${theme === '' ? 'System' : theme === 'dark' ? 'Dark' : 'Light'}</button>
      ${session.required && html`<button type="button" data-testid="logout" onClick=${leave}>Log out</button>`}
    </header>
    <main id="main" tabindex="-1">
      ${page === '' && html`<${Overview} query=${parameters.get('q') ?? ''} setQuery=${setQuery} connection=${setConnection} />`}
      ${page === 'events' && html`<${EventPage} key=${rest[0]} id=${rest[0]} bodiesHidden=${status?.bodiesHidden} />`}
      ${page === 'dead' && html`<${DeadLetters} />`}
      ${page === 'traffic' && html`<${Traffic} />`}
      ${page === 'schedule' && html`<${SchedulePage} />`}
      ${page === 'config' && html`<${ConfigPage} status=${status} />`}
      ${!['', 'events', 'dead', 'traffic', 'schedule', 'config', 'login'].includes(page) && html`<h1>There is no such page</h1>`}
    </main>
    ${help && html`<${Help} close=${() => setHelp(false)} />`}`;
}

function Help({ close }) {
  return html`<aside class="help" aria-labelledby="shortcuts" data-testid="help">
    <h2 id="shortcuts">Shortcuts</h2>
    <dl class="facts"><dt><kbd>/</kbd></dt><dd>to the filter</dd>
      ${PAGES.map(([, name, key]) => html`<dt><kbd>g</kbd> <kbd>${key}</kbd></dt><dd>${name}</dd>`)}
      <dt><kbd>?</kbd></dt><dd>shows or hides this</dd></dl>
    <button type="button" onClick=${close}>Close</button></aside>`;
}

render(html`<${App} />`, document.getElementById('app'));
