import { type components, unwrap } from "@plinth/client";
import { infinite } from "@plinth/client/tanstack";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { api } from "../api.ts";
import { changed } from "../cache.ts";
import { Button } from "../parts/button.tsx";
import { More } from "../parts/more.tsx";
import { Failure } from "../parts/problem.tsx";
import { Reading } from "../parts/reading.tsx";
import { Section } from "../parts/section.tsx";
import { Time } from "../parts/time.tsx";
import { say } from "../parts/toasts.tsx";
import { deviceOf } from "./device.ts";

type Session = components["schemas"]["Session"];

/** Everywhere the user is signed in. */
export function Sessions() {
  const list = useInfiniteQuery(infinite(api, "/api/v1/auth/sessions"));
  const sessions = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const endOthers = useMutation({
    mutationFn: async () => unwrap(await api.DELETE("/api/v1/auth/sessions")),
    onSuccess: () => {
      say("All other devices are signed out.");
      return changed("/api/v1/auth/sessions");
    },
  });
  return (
    <Section title="Devices" about="Where you are signed in. Sign out what you do not know, and change your password.">
      <Reading query={list} />
      <Failure error={endOthers.error} />
      <ul className="rows" aria-label="Devices">
        {sessions.map((session) => (
          <Device key={session.id} session={session} />
        ))}
      </ul>
      <More {...list} />
      {sessions.length > 1 && (
        <Button onPress={() => endOthers.mutate()} isPending={endOthers.isPending}>
          Sign out all others
        </Button>
      )}
    </Section>
  );
}

function Device({ session: { id, is_current, user_agent, network, last_used_at } }: { session: Session }) {
  const name = deviceOf(user_agent);
  const end = useMutation({
    mutationFn: async () => unwrap(await api.DELETE("/api/v1/auth/sessions/{id}", { params: { path: { id } } })),
    onSuccess: () => changed("/api/v1/auth/sessions"),
  });
  return (
    <li>
      <div>
        <strong>{name}</strong> {is_current && <span className="badge good">This device</span>}
        <div className="faint">
          {network ?? "Unknown network"}, used <Time at={last_used_at} />
        </div>
        <Failure error={end.error} />
      </div>
      {!is_current && (
        <Button look="quiet" onPress={() => end.mutate()} isPending={end.isPending} aria-label={`Sign out ${name}`}>
          Sign out
        </Button>
      )}
    </li>
  );
}
