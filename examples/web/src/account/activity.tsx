import { infinite } from "@plinth/client/tanstack";
import { useInfiniteQuery } from "@tanstack/react-query";
import { api } from "../api.ts";
import { eventName } from "../parts/event-name.ts";
import { More } from "../parts/more.tsx";
import { Reading } from "../parts/reading.tsx";
import { Section } from "../parts/section.tsx";
import { Time } from "../parts/time.tsx";

const actors = { you: "", member: "by a member", administrator: "by an administrator", not_signed_in: "" } as const;

/** The events of the account. */
export function Activity() {
  const list = useInfiniteQuery(infinite(api, "/api/v1/users/me/audit-events", { params: { query: { limit: 5 } } }));
  const events = list.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Section title="Activity" about="What happened to your account, newest first.">
      <Reading query={list} />
      <ul className="rows" aria-label="Activity">
        {events.map(({ id, kind, actor, network, created_at }) => (
          <li key={id}>
            <div>
              {eventName(kind)} {actors[actor]}
              <div className="faint">
                <Time at={created_at} />
                {network && `, from ${network}`}
              </div>
            </div>
          </li>
        ))}
      </ul>
      <More {...list} isOnDemand />
    </Section>
  );
}
