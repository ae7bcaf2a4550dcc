import { describe, expect, it } from "vitest";
import { z } from "zod";
import { body, endpoint, json } from "../../src/endpoint/endpoint.ts";
import { createUser } from "../../src/routes/users/create.ts";
import { Health } from "../../src/schemas/health.ts";
import type { Bindings } from "../../src/settings.ts";
import { tasksElsewhere, wakeElsewhere } from "../../src/task/elsewhere.ts";
import { task } from "../../src/task/task.ts";
import { sendMail } from "../../src/tasks/mails/send.ts";
import { aUser, bindings, serve, unique } from "../harness.ts";
import { rowsOf, work } from "./effects.ts";

const quick = task({ name: "elsewhere/quick", input: z.object({ n: z.int() }) }, async () => 1);
const slow = task({ name: "elsewhere/slow", input: z.object({ n: z.int() }), timeout: 100 }, async () => 1);
const Work = z.strictObject({ slow: z.boolean(), delay: z.int(), n: z.int() });

const enqueueWork = endpoint(
  {
    method: "post",
    path: "/work",
    operationId: "enqueueWork",
    tags: ["operations"],
    summary: "Enqueue work",
    description: "Enqueues work.",
    access: "user",
    request: { body: body(Work) },
    responses: { 200: json(Health, "Enqueued") },
  },
  async (c) => {
    const { slow: isSlow, delay, n } = c.req.valid("json");
    await c.var.run((isSlow ? slow : quick).later({ n }, { delay }));
    return c.json({ status: "ok" } as const, 200);
  },
);

type Bound = { queue?: boolean; alarm?: boolean; more?: Partial<Bindings> };

/** A part that notes what it tells others: the seconds of each alarm, and its messages. */
function aPart({ queue = false, alarm = true, more = {} }: Bound = {}) {
  const rung: [name: string, seconds: number][] = [];
  const messages: { delaySeconds: number }[] = [];
  const own = {
    ...bindings,
    ...more,
    TASK_ALARM: alarm
      ? { getByName: (name: string) => ({ ringWithin: async (seconds: number) => void rung.push([name, seconds]) }) }
      : undefined,
    TASK_QUEUE: queue ? { sendBatch: async (batch: typeof messages) => void messages.push(...batch) } : undefined,
  };
  const tasks = tasksElsewhere([quick, slow, sendMail].map(({ name, timeoutSeconds }) => ({ name, timeoutSeconds })));
  const part = serve({ endpoints: [enqueueWork, createUser], bindings: own, deps: { tasks, wake: wakeElsewhere } });
  return { part, told: () => ({ rung, messages: messages.map(({ delaySeconds }) => delaySeconds) }) };
}

/** Enqueues a task in a part; answers what it told others. */
async function told(given: { slow?: boolean; delay?: number }, bound: Bound = {}) {
  const { part, told } = aPart(bound);
  const { token } = await aUser();
  const answer = await part.post("/work", { token, json: { slow: false, delay: 0, n: 1, ...given } });
  expect(answer.status).toBe(200);
  return told();
}

/** Has a part write a mail; answers what it told others. */
async function toldOfMail(bound: Bound) {
  const { part, told } = aPart(bound);
  const username = unique();
  const json = { username, email: `${username}@example.com`, password: "correct horse battery" };
  expect((await part.post("/users", { json })).status).toBe(201);
  return told();
}

describe("a part that enqueues a task", () => {
  it("runs none itself: it rings the alarm of its kind, at once or after its delay", async () => {
    expect(await told({})).toStrictEqual({ rung: [["brief", 0]], messages: [] });
    expect(await told({ delay: 5 })).toStrictEqual({ rung: [["brief", 5]], messages: [] });
    expect(await told({ slow: true })).toStrictEqual({ rung: [["long", 0]], messages: [] });
    const rows = [...(await rowsOf(quick.name)), ...(await rowsOf(slow.name))];
    expect(rows.map(({ state, attempt }) => [state, attempt])).toStrictEqual(rows.map(() => ["waiting", 0]));
    expect(rows.length).toBeGreaterThanOrEqual(3);
    await work([quick, slow]);
  });

  it("sends a message where there is a queue, and has the alarm look for one that was lost", async () => {
    expect(await told({}, { queue: true })).toStrictEqual({ rung: [["brief", 60]], messages: [0] });
    expect(await told({ delay: 5 }, { queue: true })).toStrictEqual({ rung: [["brief", 5]], messages: [] });
    expect(await told({ delay: 5 }, { queue: true, alarm: false })).toStrictEqual({ rung: [], messages: [5] });
    await work([quick, slow]);
  });

  it("leaves the task to the schedule where neither is bound", async () => {
    expect(await told({}, { alarm: false })).toStrictEqual({ rung: [], messages: [] });
    expect((await rowsOf(quick.name)).at(-1)).toMatchObject({ state: "waiting", attempt: 0 });
    await work([quick, slow]);
  });

  it("tells nobody of a mail that no Worker can send", async () => {
    const able = { MAIL_ENDPOINT: "http://127.0.0.1:9" };
    expect(await toldOfMail({ more: able })).toStrictEqual({ rung: [["brief", 0]], messages: [] });
    expect(await toldOfMail({ more: able, queue: true })).toStrictEqual({ rung: [["brief", 60]], messages: [0] });
    for (const queue of [false, true]) {
      expect(await toldOfMail({ more: { MAIL: "off" }, queue })).toStrictEqual({ rung: [], messages: [] });
    }
  });
});
