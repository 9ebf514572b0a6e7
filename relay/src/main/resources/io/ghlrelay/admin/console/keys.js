// Keyboard shortcuts, for where nothing is being typed.
import {useEffect} from './html.js';
import {go} from './router.js';

export const PAGES = [
  {path: '/', name: 'Overview', key: 'o'},
  {path: '/dead', name: 'Dead letters', key: 'd'},
  {path: '/traffic', name: 'Traffic', key: 't'},
  {path: '/schedule', name: 'Schedule', key: 's'},
  {path: '/config', name: 'Configuration', key: 'c'},
];

/** The second key of "g o" must come within this. */
const SECOND_KEY_MILLIS = 1500;

export const SHORTCUTS = [
  ['/', 'Filter the events'],
  ['j', 'Next event of the list'],
  ['k', 'Event of the list before'],
  ...PAGES.map(({key, name}) => [`g ${key}`, name]),
  ['?', 'This list'],
  ['Esc', 'Close, or leave the filter'],
];

const isTyping = (element) => element.matches('input, select, textarea, [contenteditable]');

function focusFilter() {
  const filter = document.getElementById('filter');
  if (filter) {
    filter.focus();
    filter.select();
  } else {
    go('/');
    // The page is drawn by the next frame but one.
    requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById('filter')?.focus()));
  }
}

function moveInList(step) {
  const links = [...document.querySelectorAll('.row-link')];
  const next = links.indexOf(document.activeElement) + step;
  links[Math.min(links.length - 1, Math.max(0, next))]?.focus();
}

export function useShortcuts({help}) {
  useEffect(() => {
    let prefix = 0;
    const pressed = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) {
        return;
      }
      if (isTyping(event.target)) {
        if (event.key === 'Escape') {
          event.target.blur();
        }
        return;
      }
      if (document.querySelector('dialog[open]')) {
        return;
      }
      const page = Date.now() < prefix && PAGES.find(({key}) => key === event.key);
      prefix = event.key === 'g' ? Date.now() + SECOND_KEY_MILLIS : 0;
      const actions = {'/': focusFilter, '?': help, j: () => moveInList(1), k: () => moveInList(-1)};
      const act = page ? () => go(page.path) : actions[event.key];
      if (act) {
        event.preventDefault();
        act();
      }
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [help]);
}
