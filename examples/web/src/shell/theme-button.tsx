import { useState } from "react";
import { ToggleButton } from "react-aria-components";
import { chooseTheme, currentTheme } from "./theme.ts";

export function ThemeButton() {
  const [theme, setTheme] = useState(currentTheme);
  const choose = (isDark: boolean) => {
    const next = isDark ? "dark" : "light";
    chooseTheme(next);
    setTheme(next);
  };
  return (
    <ToggleButton className="icon-button" aria-label="Dark theme" isSelected={theme === "dark"} onChange={choose}>
      <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
        <circle cx="10" cy="10" r="7.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor" />
      </svg>
    </ToggleButton>
  );
}
