// Loaded before anything is painted, so that a chosen theme does not flash the other one first.
// Without a choice the style sheet follows the system.
(() => {
  const KEY = 'relay-theme';
  const root = document.documentElement;
  const chosen = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage is off: the system's theme it is
    }
  };
  const apply = (theme) => {
    if (theme === 'light' || theme === 'dark') {
      root.dataset.theme = theme;
    } else {
      delete root.dataset.theme;
    }
  };
  apply(chosen());

  window.relayTheme = {
    isDark: () => root.dataset.theme
      ? root.dataset.theme === 'dark'
      : matchMedia('(prefers-color-scheme: dark)').matches,
    toggle() {
      const theme = this.isDark() ? 'light' : 'dark';
      apply(theme);
      try {
        localStorage.setItem(KEY, theme);
      } catch {
        // then the choice lasts as long as the page
      }
      window.dispatchEvent(new Event('relay-theme'));
    },
  };
})();
