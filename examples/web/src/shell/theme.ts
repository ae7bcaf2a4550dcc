/** The theme is the system's until somebody chooses one, which this browser then keeps. */
export type Theme = "light" | "dark";

const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const chosen = localStorage.getItem("theme");
if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;

export function currentTheme(): Theme {
  const { theme } = root.dataset;
  if (theme === "light" || theme === "dark") return theme;
  return system.matches ? "dark" : "light";
}

export function chooseTheme(theme: Theme): void {
  root.dataset.theme = theme;
  localStorage.setItem("theme", theme);
}
