import { Link } from "@tanstack/react-router";
import { Page } from "../parts/page.tsx";

export function NotFound() {
  return (
    <Page title="There is nothing here">
      <p>
        The address may be mistyped, or the page may be gone. <Link to="/">Go to the start</Link>.
      </p>
    </Page>
  );
}
