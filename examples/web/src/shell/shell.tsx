import { useQuery } from "@tanstack/react-query";
import { Outlet, useRouter } from "@tanstack/react-router";
import { RouterProvider } from "react-aria-components";
import { me } from "../account/me.ts";
import { VerifyReminder } from "../account/verify-reminder.tsx";
import { Toasts } from "../parts/toasts.tsx";
import { useSession } from "../session.ts";
import { Bar } from "./bar.tsx";
import { Starting } from "./starting.tsx";

/** The frame of every page. */
export function Shell() {
  const session = useSession();
  const router = useRouter();
  const user = session.status === "signed_in" ? session.user : undefined;
  const { data = user } = useQuery({ ...me, enabled: user !== undefined });
  // Another tab has signed in, and this one is asking as whom.
  if (session.status === "unknown") return <Starting />;
  return (
    <RouterProvider navigate={(href) => router.history.push(href)}>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <Bar user={user && data} />
      {user && data?.email_verified_at === null && <VerifyReminder email={data.email} />}
      {/* Nothing of one account's pages stays for another. */}
      <main id="content" key={user?.id ?? "visitor"}>
        <Outlet />
      </main>
      <Toasts />
    </RouterProvider>
  );
}
