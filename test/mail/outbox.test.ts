import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { eq, inArray, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createApp, defaultDeps } from "../../src/app.ts";
import { runner } from "../../src/context/run.ts";
import type { Deps } from "../../src/context/types.ts";
import { mailBudget } from "../../src/crud/mails.ts";
import { customRoles, mails, organizations, tasks, throttles } from "../../src/db/schema.ts";
import type { LogEntry } from "../../src/log.ts";
import { usernameChanged } from "../../src/mail/notices.ts";
import { type Mail, type Transport, TransportError } from "../../src/mail/transports.ts";
import { endpoints } from "../../src/routes/index.ts";
import { mailTo } from "../../src/services/mail.ts";
import type { Bindings } from "../../src/settings.ts";
import { runTasks } from "../../src/task/run.ts";
import { task } from "../../src/task/task.ts";
import { sendMail } from "../../src/tasks/mails/send.ts";
import { mailTask } from "../../src/values.ts";
import { aUser, bindings, db, serve, serveWithMailbox, unique } from "../harness.ts";
import { aMember, anOrganization } from "../members.ts";

const password = "correct horse battery";
const through = (transport: Transport): Partial<Deps> => ({
  transport: () => transport,
});
/** The mails of a user, each with its task. */
async function rowsOf(userId: string) {
  const rows = await db.select().from(mails).innerJoin(tasks, eq(tasks.id, mails.id)).where(eq(mails.user_id, userId));
  return rows.map(({ mails: mail, tasks: task }) => ({ ...task, ...mail }));
}
async function rowOf(id: string) {
  const [row] = await db.select().from(mails).innerJoin(tasks, eq(tasks.id, mails.id)).where(eq(mails.id, id));
  return { ...row?.tasks, ...row?.mails };
}
const makeDue = (userId: string) =>
  db.execute(sql`update tasks set run_at = now() where id in (select id from mails where user_id = ${userId})
    and state in ('waiting', 'running')`);

/** Runs the tasks of all mails that are due, as the alarm does; answers what was logged. */
async function sweep(deps: Partial<Deps>, own: Bindings = { SUBREQUESTS: "10000" }): Promise<LogEntry[]> {
  const logs: LogEntry[] = [];
  const log = (entry: LogEntry) => void logs.push(entry);
  await runTasks({ ...bindings, ...own }, { ...defaultDeps, tasks: [sendMail], log, ...deps });
  return logs;
}

/** Notices to as many users, written into the outbox. */
async function waitingMails(count: number): Promise<string[]> {
  const user = await aUser();
  const rows = Array.from({ length: count }, (_, i) => ({
    id: uuidv7(),
    user_id: user.id,
    kind: "password_changed" as const,
    recipient: `${i}.${user.email}`,
    data: { name: user.username },
  }));
  await db.insert(mails).values(rows);
  return rows.map(({ id }) => id);
}

async function signUp(api: ReturnType<typeof serve>) {
  const username = unique();
  const email = `${username}@example.com`;
  const { body, status } = await api.post("/users", { json: { username, email, password } });
  return { id: String(body.id), email, status };
}

// Retires mails that other tests left behind.
beforeAll(() => db.execute(sql`update tasks set state = 'cancelled' where name = ${mailTask} and state = 'waiting'`));
afterEach(() => vi.restoreAllMocks());

describe("a request", () => {
  it("wakes the tasks of the mails that it wrote, of a notice to several all, and of one to nobody none", async () => {
    const api = serveWithMailbox();
    const wokenBy = async (calling: Promise<{ status: number }>) => {
      expect((await calling).status).toBeLessThan(300);
      const line = api.logs.findLast(({ message }) => message === "request");
      return (line?.task_ids ?? []) as string[];
    };
    const { id, path, owner, admin } = await anOrganization();
    const json = { name: "Nightly", permissions: ["keys:manage"] };
    const woken = await wokenBy(api.as(admin).post(`${path}/api-keys`, json));
    const addresses = [admin.email, owner.email].toSorted();
    expect(api.sent.map(({ to }) => to).toSorted()).toStrictEqual(addresses);
    const written = await db.select().from(mails).where(inArray(mails.recipient, addresses));
    expect(woken.toSorted()).toStrictEqual(written.map((mail) => mail.id).toSorted());
    expect(await wokenBy(api.as(owner).delete(path))).toStrictEqual([]);
    await db.update(organizations).set({ deleted_at: null }).where(eq(organizations.id, id));
    await db.insert(customRoles).values({ organization_id: id, name: "ender", permissions: ["organization:delete"] });
    const ender = await aMember({ id }, "ender");
    expect(await wokenBy(api.as(ender).delete(path))).toHaveLength(1);
    expect(api.sent.at(-1)).toMatchObject({ to: owner.email, subject: expect.stringContaining("was deleted") });
    const taken = { username: unique(), email: owner.email, password };
    expect((await api.post("/users", { json: taken })).status).toBe(409);
    expect(api.logs.findLast(({ message }) => message === "request")).toMatchObject({ task_ids: undefined });
  });
});

describe("promise 21: a message is kept until it is sent, and sent once", () => {
  it("right after the answer of the request that caused it, and by no sweep again", async () => {
    const api = serveWithMailbox();
    const { id, email } = await signUp(api);
    expect(api.sent.map(({ to }) => to)).toStrictEqual([email]);
    expect(await rowsOf(id)).toMatchObject([{ state: "done", attempt: 1, sent_at: expect.any(String) }]);
    const again: Mail[] = [];
    await makeDue(id);
    await sweep(through(async (mail) => void again.push(mail)));
    expect(again).toStrictEqual([]);
  });

  it("a request sends its own mails, and leaves what else is due to the sweep", async () => {
    const [waiting] = await waitingMails(1);
    const api = serveWithMailbox();
    const { email } = await signUp(api);
    expect(api.sent.map(({ to }) => to)).toStrictEqual([email]);
    const sent: string[] = [];
    await sweep(through(async ({ id }) => void sent.push(id)));
    expect(sent).toStrictEqual([waiting]);
  });

  it("mail that fails neither fails nor reveals the request, waits, and is sent by a later sweep with the same id", async () => {
    const tries: Mail[] = [];
    let isDown = true;
    const deps = through(async (mail) => {
      tries.push(mail);
      if (isDown) throw new TransportError("mail.example answered 500");
    });
    const api = serve({ deps });
    const { id, status } = await signUp(api);
    expect(status).toBe(201);
    expect(await rowsOf(id)).toMatchObject([
      { state: "waiting", attempt: 1, sent_at: null, error: "mail.example answered 500" },
    ]);
    await sweep(deps);
    expect(tries).toHaveLength(1);
    isDown = false;
    await makeDue(id);
    await sweep(deps);
    expect(tries).toHaveLength(2);
    expect(tries[1]).toStrictEqual(tries[0]);
    expect(await rowsOf(id)).toMatchObject([{ attempt: 2, sent_at: expect.any(String), error: null }]);
  });

  it("a transport that never answers delays no request", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const app = createApp(endpoints, { ...defaultDeps, log: () => {}, ...through(() => promise) });
    const ctx = createExecutionContext();
    const user = await aUser();
    const response = await app.fetch(
      new Request("https://api.example.com/api/v1/auth/password/forgot", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ email: user.email }),
      }),
      bindings,
      ctx,
    );
    expect(response.status).toBe(202);
    expect(await rowsOf(user.id)).toMatchObject([{ sent_at: null }]);
    resolve();
    await waitOnExecutionContext(ctx);
    expect(await rowsOf(user.id)).toMatchObject([{ sent_at: expect.any(String) }]);
  });

  it("waits about twice as long after each try, and is dead after the tenth, with its error", async () => {
    const deps = through(() => Promise.reject(new TransportError("mail.example answered 500")));
    const { id } = await signUp(serve({ deps }));
    const waits: number[] = [];
    for (let attempt = 1; attempt < 10; attempt++) {
      const { rows } = await db.execute<{ wait: number }>(sql`
        select extract(epoch from run_at - now())::float8 / 60 as wait from tasks
        where id in (select id from mails where user_id = ${id})`);
      waits.push(Number(rows[0]?.wait));
      await makeDue(id);
      await sweep(deps);
    }
    for (const [i, minutes] of [1, 2, 4, 8, 16, 32, 64, 128, 240].entries()) {
      expect(waits[i]).toBeGreaterThan(minutes * 0.4);
      expect(waits[i]).toBeLessThan(minutes * 1.6);
    }
    const dead = { state: "dead", attempt: 10, sent_at: null, error: "mail.example answered 500" };
    expect(await rowsOf(id)).toMatchObject([dead]);
    await makeDue(id);
    const sent: Mail[] = [];
    await sweep(through(async (mail) => void sent.push(mail)));
    expect(sent).toStrictEqual([]);
  });

  describe("in an outage of the provider", () => {
    const down = (retryIn?: number) => new TransportError("mail.example answered 503", { outage: true, retryIn });
    const restKey = `rest:${mailTask}`;
    const rest = async () => (await db.select().from(throttles).where(eq(throttles.key, restKey)))[0];
    /** The length of the rest in seconds, up to the half minute that a busy machine may have lost of it. */
    const secondsOf = async () =>
      Math.ceil((Date.parse((await rest())?.blocked_until ?? "") - Date.now()) / 30_000) * 30;
    const endRest = () => db.update(throttles).set({ blocked_until: sql`now()` }).where(eq(throttles.key, restKey));
    const stateOf = async (ids: string[]) => {
      const rows = await Promise.all(ids.map(rowOf));
      const count = (is: (row: (typeof rows)[number]) => boolean) => rows.filter(is).length;
      return {
        sent: count(({ sent_at }) => sent_at !== null),
        dead: count(({ state }) => state === "dead"),
        counted: count(({ attempt = 0 }) => attempt > 0),
      };
    };
    // A rest that goes on would keep the mails of all later tests.
    afterEach(() => db.delete(throttles).where(eq(throttles.key, restKey)));

    const makeAllDue = (ids: string[]) => db.update(tasks).set({ run_at: sql`now()` }).where(inArray(tasks.id, ids));

    it("mails wait until it is over, however long, and none is blamed; one at a time asks if it is", async () => {
      const ids = await waitingMails(60);
      let calls = 0;
      const failing = through(async () => {
        calls += 1;
        throw down();
      });
      await sweep(failing);
      expect(calls).toBe(5);
      await sweep(failing);
      expect(calls).toBe(5);
      const waits: number[] = [await secondsOf()];
      for (let round = 0; round < 12; round++) {
        await endRest();
        await makeAllDue(ids);
        await sweep(failing);
        waits.push(await secondsOf());
      }
      expect(calls).toBe(17);
      expect(waits).toStrictEqual([30, 60, 120, 240, 480, 900, 900, 900, 900, 900, 900, 900, 900]);
      expect(await stateOf(ids)).toMatchObject({ sent: 0, dead: 0, counted: 0 });
      const sent = new Set<string>();
      await endRest();
      await makeAllDue(ids);
      const working = through(async ({ id }) => void sent.add(id));
      // The first one that is sent ends the rest.
      await sweep(working);
      expect(sent.size).toBe(60);
      expect(await stateOf(ids)).toMatchObject({ sent: 60, dead: 0, counted: 60 });
      expect(await rest()).toBeUndefined();
    });

    it("a Retry-After is honoured", async () => {
      const ids = await waitingMails(2);
      await sweep(through(() => Promise.reject(down(3_600))));
      expect(await secondsOf()).toBe(3_600);
      await endRest();
      await makeAllDue(ids);
      await sweep(through(async () => undefined));
      expect(await stateOf(ids)).toMatchObject({ sent: 2 });
    });

    it("a mail that alone causes it is tried after others, and its attempts count when it is five days old", async () => {
      const [poison = "", ...others] = await waitingMails(3);
      const order: string[] = [];
      const choking = through(async ({ id }) => {
        order.push(id);
        if (id === poison) throw down();
      });
      await db.update(tasks).set({ run_at: sql`now() - interval '1 hour'` }).where(eq(tasks.id, poison));
      await sweep(choking);
      await endRest();
      await sweep(choking);
      expect(await stateOf(others)).toMatchObject({ sent: 2 });
      await db.update(tasks).set({ created_at: sql`now() - interval '6 days'` }).where(eq(tasks.id, poison));
      for (let attempt = 1; attempt <= 10; attempt++) {
        expect(await rowOf(poison)).toMatchObject({ state: "waiting", attempt: attempt - 1 });
        await makeAllDue([poison]);
        await endRest();
        await sweep(choking);
      }
      expect(await rowOf(poison)).toMatchObject({ state: "dead", attempt: 10, error: "mail.example answered 503" });
    });
  });

  it("after a crash between taking and sending, somebody takes it again when its lease is over", async () => {
    const { id } = await signUp(serve());
    await db.execute(
      sql`update tasks set state = 'running', attempt = 1, run_at = now() + interval '1 minute'
        where id in (select id from mails where user_id = ${id})`,
    );
    const sent: Mail[] = [];
    const deps = through(async (mail) => void sent.push(mail));
    await sweep(deps);
    expect(sent).toStrictEqual([]);
    await makeDue(id);
    await sweep(deps);
    expect(sent).toHaveLength(1);
  });

  it("a run sends five mails at once: a Worker has six connections", async () => {
    await waitingMails(60);
    const counts = { sent: 0, open: 0, most: 0 };
    const five = Promise.withResolvers<void>();
    const deps = through(async () => {
      counts.sent += 1;
      counts.open += 1;
      counts.most = Math.max(counts.most, counts.open);
      if (counts.open === 5) five.resolve();
      await five.promise;
      counts.open -= 1;
    });
    await sweep(deps);
    expect(counts).toStrictEqual({ sent: 60, open: 0, most: 5 });
  });

  it("a run on a plan of 50 subrequests sends what it can, and takes no more than that", async () => {
    const ids = await waitingMails(30);
    const fetching = vi.spyOn(globalThis, "fetch");
    let [calls, most, runs] = [0, 0, 0];
    for (; calls < 30 && runs < 10; runs++) {
      const before = calls;
      fetching.mockClear();
      await sweep(
        through(async () => void calls++),
        { SUBREQUESTS: "50" },
      );
      most = Math.max(most, fetching.mock.calls.length + calls - before);
    }
    expect(calls).toBe(30);
    expect(runs).toBeLessThan(6);
    expect(most).toBeLessThanOrEqual(50);
    const rows = await Promise.all(ids.map(rowOf));
    expect(rows.map(({ attempt, sent_at }) => [attempt, sent_at !== null])).toStrictEqual(Array(30).fill([1, true]));
  });

  it("a run takes no more than the subrequests of its plan, however often a mail or the database has to be asked again", async () => {
    const real = globalThis.fetch;
    const posts = new Map<string, number>();
    const isPost = (url: unknown) =>
      String(url instanceof Request ? url.url : url).startsWith("https://api.resend.com");
    /** A provider that takes a mail at the third attempt, and a database that is lost for each mail from then on. */
    const answers = {
      "a provider": async (request: Request) => {
        const id = request.headers.get("Idempotency-Key") ?? "";
        posts.set(id, (posts.get(id) ?? 0) + 1);
        return new Response("{}", { status: posts.get(id) === 3 ? 200 : 502 });
      },
      "the database": async (request: Request) => {
        posts.set(request.headers.get("Idempotency-Key") ?? "", 1);
        return new Response("{}");
      },
    };
    for (const [fault, answer] of Object.entries(answers)) {
      posts.clear();
      await waitingMails(30);
      const fetching = vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
        if (isPost(input)) return answer(new Request(input, init));
        const isLost = fault === "the database" && [...posts.keys()].some((id) => String(init?.body).includes(id));
        if (isLost) throw new Error("connection lost");
        return real(input, init);
      });
      await sweep({}, { SUBREQUESTS: "50", RESEND_API_KEY: "re_1234567890" });
      const spent = fetching.mock.calls.length;
      fetching.mockRestore();
      await db.batch([
        db.execute(
          sql`update tasks set state = 'cancelled' where name = ${mailTask} and state in ('waiting', 'running')`,
        ),
        db.delete(throttles).where(eq(throttles.key, `rest:${mailTask}`)),
      ]);
      expect(spent, fault).toBeLessThanOrEqual(50);
      expect(posts.size, fault).toBeGreaterThan(4);
    }
  });

  it("a try that fails after somebody else has taken the mail changes nothing", async () => {
    const [id = ""] = await waitingMails(1);
    const [late, next] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const [begun, begunNext] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const first = sweep(
      through(() => {
        begun.resolve();
        return late.promise;
      }),
    );
    await begun.promise;
    await db.execute(sql`update tasks set run_at = now() where id = ${id}`);
    const second = sweep(
      through(() => {
        begunNext.resolve();
        return next.promise;
      }),
    );
    await begunNext.promise;
    const taken = await rowOf(id);
    late.reject(new TransportError("mail.example did not answer in time"));
    await first;
    expect(await rowOf(id)).toStrictEqual(taken);
    next.resolve();
    await second;
    expect(await rowOf(id)).toMatchObject({ state: "done", attempt: 2, error: null, sent_at: expect.any(String) });
  });

  it("is marked once more where the mark was not written, so that nobody sends it again", async () => {
    const [id = ""] = await waitingMails(1);
    const sent: string[] = [];
    const deps = through(async (mail) => {
      sent.push(mail.id);
      vi.spyOn(globalThis, "fetch").mockRejectedValueOnce(new Error("connection lost"));
    });
    await sweep(deps);
    expect(sent).toStrictEqual([id]);
    expect(await rowOf(id)).toMatchObject({ state: "done", attempt: 1, error: null, sent_at: expect.any(String) });
  });

  it("is not called failed where only the answers to its marks were lost", async () => {
    const [id = ""] = await waitingMails(1);
    const real = globalThis.fetch;
    const cut: typeof fetch = async (...args) => {
      await real(...args);
      throw new Error("connection lost");
    };
    await sweep(
      through(async () => void vi.spyOn(globalThis, "fetch").mockImplementationOnce(cut).mockImplementationOnce(cut)),
    );
    expect(await rowOf(id)).toMatchObject({ state: "done", attempt: 1, error: null, sent_at: expect.any(String) });
  });

  it("is logged as sent where only the answer to its mark was lost", async () => {
    const [id = ""] = await waitingMails(1);
    const real = globalThis.fetch;
    const deps = through(async () => {
      vi.spyOn(globalThis, "fetch").mockImplementationOnce(async (...args) => {
        await real(...args);
        throw new Error("connection lost");
      });
    });
    const logs = await sweep(deps);
    expect(logs.filter((one) => one.mail_id === id || one.task_id === id)).toMatchObject([
      { level: "info", message: "mail", outcome: "sent" },
      { level: "info", message: "task", outcome: "done" },
    ]);
  });

  it("three sweepers share one outbox of many mails: each mail is sent once", async () => {
    const ids = await waitingMails(140);
    const sent: string[] = [];
    const deps = through(async ({ id }) => void sent.push(id));
    await Promise.all([sweep(deps), sweep(deps), sweep(deps)]);
    expect(sent.toSorted()).toStrictEqual(ids.toSorted());
    const rows = await Promise.all(ids.map(rowOf));
    expect(rows.filter(({ sent_at, attempt }) => sent_at !== null && attempt === 1)).toHaveLength(140);
  });

  it("a mail is not sent if its token was replaced or used or has expired", async () => {
    const silent = serve();
    const [replaced, expired] = [await signUp(silent), await signUp(silent)];
    const tries: Mail[] = [];
    const failing = through(async (mail) => {
      tries.push(mail);
      throw new TransportError("mail.example answered 500");
    });
    const used = await signUp(serve({ deps: failing }));
    const token = /token=([\w-]+)/.exec(tries[0]?.text ?? "")?.[1];
    expect((await silent.post("/auth/email/verify", { json: { token } })).status).toBe(204);
    await makeDue(used.id);
    await db.execute(
      sql`update one_time_tokens set created_at = now() - interval '2 minutes' where user_id = ${replaced.id}`,
    );
    await silent.post("/auth/email/verify/resend", { json: { email: replaced.email } });
    await db.execute(sql`update one_time_tokens set expires_at = now() where user_id = ${expired.id}`);
    const sent: string[] = [];
    await sweep(through(async ({ to }) => void sent.push(to)));
    expect(sent).toStrictEqual([replaced.email]);
    for (const { id } of [used, expired]) {
      expect(await rowsOf(id)).toMatchObject([{ state: "done", sent_at: null }]);
    }
  });

  it("without a transport all mails wait, and each sweep says how many, once", async () => {
    const [id] = await waitingMails(1);
    const reason = "this Worker cannot run them";
    expect(await sweep({ transport: () => undefined })).toStrictEqual([
      { level: "warn", message: "tasks", reason, names: [mailTask], waiting: expect.any(Number) },
    ]);
    const sent: string[] = [];
    await sweep(through(async (mail) => void sent.push(mail.id)));
    expect(sent).toStrictEqual([id]);
  });
});

describe("the request that caused a mail", () => {
  it("is in each line about sending it, also if the sweep does", async () => {
    const silent = serve();
    const username = unique();
    const signedUp = await silent.post("/users", { json: { username, email: `${username}@example.com`, password } });
    const ada = await aUser();
    const renamed = await silent.patch("/users/me", { token: ada.token, json: { username: unique() } });
    const causes = [signedUp, renamed].map(({ headers }) => headers.get("X-Request-Id"));
    const logs = await sweep(through(async () => undefined));
    for (const [message, outcome] of [
      ["mail", "sent"],
      ["task", "done"],
    ]) {
      const lines = logs.filter((line) => line.message === message && line.outcome === outcome);
      expect(lines.map(({ request_id }) => request_id).toSorted()).toStrictEqual(causes.toSorted());
    }
  });
});

describe("a mail that finds no room", () => {
  const refused = (logs: LogEntry[], kind: string) =>
    logs.filter((line) => line.message === "mail" && line.outcome === "refused" && line.kind === kind);

  it("is a line of the log, with the task or the request that wrote it", async () => {
    const user = await aUser();
    const to = { userId: user.id, address: user.email };
    const writing = task({ name: unique("writing") }, async (context) => {
      await context.run(mailTo(context, usernameChanged, to, { name: user.username, by: "owner" }));
    });
    const api = serveWithMailbox({ deps: { tasks: [sendMail, writing] } });
    const run = runner(db, { tasks: [writing], requestId: "a-request" });
    for (let i = 0; i < 12; i++) await run(writing.later({}));
    await api.tasks();
    expect(api.sent).toHaveLength(10);
    const about = { user_id: user.id, level: "warn", mail_id: expect.any(String) };
    const byTask = { ...about, task: writing.name, task_id: expect.any(String), request_id: "a-request" };
    expect(refused(api.logs, "username_changed")).toMatchObject([byTask, byTask]);

    const { headers } = await api.as(user).patch("/users/me", { username: unique() });
    const byRequest = { ...about, request_id: headers.get("X-Request-Id") };
    expect(refused(api.logs, "username_changed").slice(2)).toMatchObject([byRequest]);
    const link = await api.post("/auth/email/verify/resend", { json: { email: user.email } });
    const ofLink = { ...about, request_id: link.headers.get("X-Request-Id") };
    expect(refused(api.logs, "verify_email")).toMatchObject([ofLink]);
    expect(api.sent).toHaveLength(10);
  });

  it("keeps no other mail of its request waiting", async () => {
    const { path, owner, admin } = await anOrganization();
    await db.insert(throttles).values({ key: `mail:api_key_created:${owner.id}`, attempts: mailBudget.budget });
    const api = serveWithMailbox();
    await api.as(admin).post(`${path}/api-keys`, { name: unique(), permissions: ["keys:manage"] });
    expect(refused(api.logs, "api_key_created")).toMatchObject([{ user_id: owner.id }]);
    expect(api.sent.map(({ to }) => to)).toStrictEqual([admin.email]);
  });
});

describe("a mail to somebody without an account", () => {
  it("is sent, ten at once to a mailbox", async () => {
    const address = `${unique()}@example.com`;
    const writing = task({ name: unique("writing") }, async (context) => {
      await context.run(mailTo(context, usernameChanged, { userId: null, address }, { name: "Ada", by: "owner" }));
    });
    const api = serveWithMailbox({ deps: { tasks: [sendMail, writing] } });
    const run = runner(db, { tasks: [writing] });
    for (let i = 0; i < 12; i++) await run(writing.later({}));
    await api.tasks();
    expect(api.sent.map(({ to }) => to)).toStrictEqual(Array.from({ length: 10 }, () => address));
    expect(api.logs.filter(({ outcome }) => outcome === "refused")).toMatchObject([
      { user_id: null },
      { user_id: null },
    ]);
  });
});

describe("promise 24: logs and rows about mails", () => {
  it("holds no address, no token and nothing that the provider said", async () => {
    const seen: Mail[] = [];
    const deps = through(async (mail) => {
      seen.push(mail);
      throw new Error(`550 <${mail.to}> refused: ${mail.text}`);
    });
    const api = serve({ deps });
    const { id, email } = await signUp(api);
    await makeDue(id);
    const logs = JSON.stringify([api.logs, await sweep(deps), await rowsOf(id).then(([row]) => row?.error)]);
    const token = /token=([\w-]+)/.exec(seen[0]?.text ?? "")?.[1] ?? "";
    expect(token).toHaveLength(43);
    expect(logs).toContain("task_id");
    for (const secret of [email, token, "550 "]) expect(logs).not.toContain(secret);
  });
});
