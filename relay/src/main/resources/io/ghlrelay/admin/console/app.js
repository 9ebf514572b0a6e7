// The console: login, frame and pages. It is a client of the admin API and of nothing else.
import {html, render, useCallback, useEffect, useRef, useState} from './html.js';
import {api, whenUnauthorized} from './api.js';
import {number} from './format.js';
import {PAGES, SHORTCUTS, useShortcuts} from './keys.js';
import {stop, useLive, watch} from './live.js';
import {go, link, useRoute} from './router.js';
import {Dialog, Problem} from './parts/basics.js';
import {Mark} from './parts/marks.js';
import {Config} from './pages/config.js';
import {DeadLetters} from './pages/dead.js';
import {EventPage} from './pages/event.js';
import {Login} from './pages/login.js';
import {Overview} from './pages/overview.js';
import {ScheduleExplorer} from './pages/schedule.js';
import {Traffic} from './pages/traffic.js';

const VIEWS = {
  '': {view: Overview, title: 'Overview'},
  events: {view: EventPage, title: 'Event'},
  dead: {view: DeadLetters, title: 'Dead letters'},
  traffic: {view: Traffic, title: 'Traffic'},
  schedule: {view: ScheduleExplorer, title: 'Schedule'},
  config: {view: Config, title: 'Configuration'},
};

const RETRY_MILLIS = 2000;

/** Whether one may see the console: {session: {required, authenticated}|null, error, ask}. */
function useSession() {
  const [session, setSession] = useState(null);
  const [error, setError] = useState(null);
  const ask = useCallback(async () => {
    try {
      setSession(await api.session());
      setError(null);
    } catch (problem) {
      setError(problem);
      setTimeout(ask, RETRY_MILLIS);
    }
  }, []);
  useEffect(() => {
    whenUnauthorized(() => {
      stop();
      setSession({required: true, authenticated: false});
    });
    ask();
  }, []);
  return {session, error, ask};
}

function App() {
  const route = useRoute();
  const {session, error, ask} = useSession();
  const entered = session?.authenticated;
  const asksLogin = route.parts[0] === 'login';
  useEffect(() => {
    if (entered) {
      watch();
    }
  }, [entered]);
  useEffect(() => {
    if (entered && asksLogin) {
      go('/');
    }
  }, [entered, asksLogin]);
  if (!session) {
    return html`<main class="login">${error ? html`<${Problem} error=${error} />` : html`<p class="muted">Connecting…</p>`}</main>`;
  }
  return entered
    ? html`<${Frame} route=${route} canLeave=${session.required} onLeave=${async () => {
      stop();
      await api.logout();
      ask();
    }} />`
    : html`<${Login} onDone=${ask} />`;
}

function Frame({route, canLeave, onLeave}) {
  const [helps, setHelps] = useState(false);
  const main = useRef(null);
  const live = useLive();
  useShortcuts({help: useCallback(() => setHelps(true), [])});
  const [section = ''] = route.parts;
  const page = VIEWS[section];
  usePageTitle(page?.title ?? 'No such page', live, route, main);
  return html`
    <a class="skip" href="#main" onClick=${(e) => {
      e.preventDefault(); // the hash is the page
      main.current.focus();
    }}>Skip to the content</a>
    <header class="bar">
      <a class="brand" href=${link('/')}><img src="/console/icon.svg" width="24" height="24" alt="" />GHL Relay</a>
      <nav aria-label="Pages">${PAGES.map(({path, name}) => html`
        <a href=${link(path)} aria-current=${path === `/${section}` ? 'page' : undefined}>${name}
          ${path === '/dead' && live.status?.dead > 0 && html`<span class="count">${number(live.status.dead)}</span>`}</a>`)}</nav>
      <${Connection} connection=${live.connection} />
      <button class="icon" aria-label="Light or dark" title="Light or dark" data-testid="theme" onClick=${() => window.relayTheme.toggle()}>
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <circle class="stroke" cx="8" cy="8" r="6" /><path d="M8 2a6 6 0 0 1 0 12z" /></svg></button>
      <button class="icon" aria-label="Keyboard shortcuts" title="Keyboard shortcuts" data-testid="help-button"
        onClick=${() => setHelps(true)}>?</button>
      ${canLeave && html`<button class="small" data-testid="logout" onClick=${onLeave}>Log out</button>`}
    </header>
    <main id="main" tabindex="-1" ref=${main}>
      ${page ? html`<${page.view} key=${`${section}/${route.parts[1] ?? ''}`} route=${route} />`
        : html`<h1>There is no such page</h1><p><a href=${link('/')}>To the overview</a></p>`}
    </main>
    ${helps && html`<${Help} onClose=${() => setHelps(false)} />`}`;
}

/** Names the page in the browser's tab, and brings whoever changes the page to its beginning. */
function usePageTitle(title, live, route, main) {
  const failing = live.targets?.filter((target) => target.health === 'failing').length ?? 0;
  useEffect(() => {
    document.title = `${failing ? `(${failing} failing) ` : ''}${title} · GHL Relay`;
  }, [title, failing]);
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) {
      scrollTo(0, 0);
      main.current.focus({preventScroll: true});
    }
    first.current = false;
    // On a phone the pages do not all fit beside each other.
    document.querySelector('nav [aria-current]')?.scrollIntoView({block: 'nearest', inline: 'nearest'});
  }, [route.path]);
}

const CONNECTIONS = {
  open: ['circle', 'good', 'Live'],
  connecting: ['ring', 'idle', 'Connecting'],
  lost: ['diamond', 'bad', 'No connection'],
};

function Connection({connection}) {
  const [shape, tone, text] = CONNECTIONS[connection];
  return html`<span class=${`state connection ${tone}`} data-testid="connection" data-connection=${connection}>
    <${Mark} shape=${shape} tone=${tone} />${text}</span>`;
}

const Help = ({onClose}) => html`
  <${Dialog} title="Keyboard shortcuts" testId="help" onClose=${onClose}>
    <dl class="facts shortcuts">${SHORTCUTS.map(([keys, what]) => html`
      <dt>${keys.split(' ').map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${what}</dd>`)}</dl>
  <//>`;

render(html`<${App} />`, document.getElementById('app'));
