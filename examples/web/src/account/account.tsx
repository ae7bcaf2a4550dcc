import { useQuery } from "@tanstack/react-query";
import { createRoute } from "@tanstack/react-router";
import { Page } from "../parts/page.tsx";
import { Reading } from "../parts/reading.tsx";
import { membersOnly } from "../shell/routes.tsx";
import { Activity } from "./activity.tsx";
import { ChangeEmail } from "./change-email.tsx";
import { ChangePassword } from "./change-password.tsx";
import { DeleteAccount } from "./delete-account.tsx";
import { ExportMyData } from "./export-my-data.tsx";
import { me } from "./me.ts";
import { Profile } from "./profile.tsx";
import { Sessions } from "./sessions.tsx";

export const account = createRoute({ getParentRoute: () => membersOnly, path: "/account", component: AccountPage });

function AccountPage() {
  const reading = useQuery(me);
  const { data: user } = reading;
  return (
    <Page title="Your account" className="sections">
      <Reading query={reading} />
      {user && (
        <>
          <Profile user={user} />
          <ChangeEmail email={user.email} />
          <ChangePassword username={user.username} />
          <Sessions />
          <Activity />
          <ExportMyData />
          <DeleteAccount username={user.username} />
        </>
      )}
    </Page>
  );
}
