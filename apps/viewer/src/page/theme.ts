import { find } from './elements.ts';

const key = 'ssl-theme';
const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

/** Lets the button change between the system's looks, light and dark; the choice is kept. */
export function bindTheme(): void {
  const button = find('#theme');
  let theme = themes.find((each) => each === stored()) ?? 'system';
  const show = (): void => {
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
    button.textContent = `Theme: ${theme}`;
  };
  button.addEventListener('click', () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length] as Theme;
    store(theme);
    show();
  });
  show();
}

// A browser may keep pages from storing anything: then the choice lasts as long as the page.
function stored(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function store(theme: Theme): void {
  try {
    localStorage.setItem(key, theme);
  } catch {
    // As above.
  }
}
