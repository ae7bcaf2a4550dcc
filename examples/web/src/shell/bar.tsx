import type { Account } from "@plinth/client";
import { Link } from "@tanstack/react-router";
import { SignOut } from "../account/sign-out.tsx";
import mark from "./plinth.svg";
import { ThemeButton } from "./theme-button.tsx";

/** The bar at the top: the brand, the pages, the account. */
export function Bar({ user }: { user: Account | undefined }) {
  return (
    <header className="bar">
      <Link to="/" className="brand">
        <img src={mark} alt="" width="28" height="28" />
        Plinth
      </Link>
      <nav aria-label="Pages">
        {user && <Link to="/items">Items</Link>}
        <Link to="/public">Public</Link>
        {user?.role === "admin" && (
          <>
            <Link to="/admin/users">Users</Link>
            <Link to="/admin/audit-events">Events</Link>
            <Link to="/admin/tasks">Tasks</Link>
          </>
        )}
      </nav>
      <div className="bar-end">
        <ThemeButton />
        {user ? (
          <>
            <Link to="/account" className="who">
              {user.username}
            </Link>
            <SignOut />
          </>
        ) : (
          <>
            <Link to="/sign-in">Sign in</Link>
            <Link to="/sign-up" className="button primary">
              Sign up
            </Link>
          </>
        )}
      </div>
    </header>
  );
}
