import { sql } from "drizzle-orm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { defaultDeps } from "../../src/app.ts";
import type { Later } from "../../src/context/types.ts";
import { Sessions } from "../../src/crud/sessions.ts";
import { body, endpoint, json } from "../../src/endpoint/endpoint.ts";
import { ApiError } from "../../src/errors.ts";
import { calling } from "../../src/http/outbound.ts";
import { Health } from "../../src/schemas/health.ts";
import { send } from "../../src/task/messages.ts";
import { task } from "../../src/task/task.ts";
import { onWake } from "../../src/task/wake.ts";
import { aUser, bindings, db, serve, unique } from "../harness.ts";
import { standIn } from "../outside.ts";
import { effect, effecting, effectsOf, rowOf, rowsOf } from "./effects.ts";

afterEach(() => vi.restoreAllMocks());

const receipt = effecting();
const Order = z.strictObject({
  order: z.string(),
  key: z.string().optional(),
  delay: z.number().optional(),
  fails: z.enum(["statement", "handler"]).optional(),
  when: z.boolean().optional(),
});

const declared = {
  ...({ method: "post", tags: ["users"], access: "user" } as const),
  summary: "Order",
  description: "Orders.",
  request: { body: body(Order) },
  responses: { 201: json(Health, "Ordered") },
};

const laterOf = ({ order, key, delay, when }: z.output<typeof Order>): Later =>
  receipt.later(
    { effect: `receipt of ${order}` },
    { ...(key && { key }), ...(delay && { delay }), ...(when !== undefined && { when: sql`${when}::boolean` }) },
  );

const placeOrder = endpoint(
  { ...declared, path: "/orders", operationId: "placeOrder", errors: ["precondition_failed", "not_found"] },
  async (c) => {
    const order = c.req.valid("json");
    const refused = c.var.db.execute(sql`select refuse('PT412', -1)`);
    await c.var.run(effect(order.order), laterOf(order), order.fails === "statement" ? refused : undefined);
    if (order.fails === "handler") throw new ApiError("not_found");
    return c.json({ status: "ok" } as const, 201);
  },
);
const orderOnce = endpoint(
  { ...declared, path: "/orders-once", operationId: "orderOnce", idempotent: true },
  async (c) => {
    const order = c.req.valid("json");
    const [rows, { rows: enqueued }] = await c.var.run(effect(order.order), laterOf(order));
    expect([rows.length, enqueued.length]).toStrictEqual([1, 1]);
    return c.json({ status: "ok" } as const, 201);
  },
);
const failing = endpoint(
  { ...declared, path: "/failing", operationId: "failing", idempotent: true, errors: ["not_found"] },
  async (c) => {
    const order = c.req.valid("json");
    await c.var.run(effect(order.order), laterOf(order));
    throw new ApiError("not_found");
  },
);
const onlyEnqueue = endpoint({ ...declared, path: "/only", operationId: "onlyEnqueue" }, async (c) => {
  await c.var.run(laterOf(c.req.valid("json")));
  return c.json({ status: "ok" } as const, 201);
});

const endpoints = [placeOrder, orderOnce, onlyEnqueue, failing];
const app = serve({ endpoints, deps: { tasks: [receipt] }, mayFail: true });
const { token } = await aUser();
const post = (path: string, json: object, headers: Record<string, string> = {}) =>
  app.post(path, { token, json, headers });
const tasksOf = async (order: string) =>
  (await rowsOf(receipt.name)).filter(({ input }) => JSON.stringify(input).includes(`receipt of ${order}"`));

describe("later", () => {
  it.each(["/orders", "/only"])(
    "promise 29: commits a task with its cause in one round trip, and it runs after the answer of %s",
    async (path) => {
      const order = unique("order");
      const answer = await post(path, { order }, { "X-Request-Id": "the-order" });
      expect(answer.status).toBe(201);
      expect(answer.roundTrips).toBe(1);
      expect(await tasksOf(order)).toMatchObject([{ state: "done", request_id: "the-order" }]);
      expect(await effectsOf(`receipt of ${order}`)).toStrictEqual([1]);
      const line = app.logs.findLast(({ message }) => message === "task");
      expect(line).toMatchObject({ outcome: "done", task: receipt.name, request_id: "the-order", attempt: 1 });
    },
  );

  it("promise 29: adds no round trip to a repeated request, and no task", async () => {
    const order = unique("order");
    for (const round of [1, 2]) {
      const answer = await post("/orders-once", { order }, { "Idempotency-Key": order });
      expect(answer.status, `round ${round}`).toBe(201);
      expect(answer.roundTrips).toBe(1);
    }
    expect((await post("/orders-once", { order: `${order} again` })).status).toBe(201);
    expect(await tasksOf(order)).toMatchObject([{ state: "done" }]);
    expect(await effectsOf(`receipt of ${order}`)).toStrictEqual([1]);
  });

  it.each([
    ["round trips", 42, 0],
    ["calls to others", 2, 40],
  ])(
    "its tasks share the subrequests of the plan with the %s of the request that they follow",
    async (_, trips, calls) => {
      const slow = endpoint({ ...declared, path: "/slow", operationId: "slow", roundTrips: trips }, async (c) => {
        const { db, run } = c.var;
        for (let trip = 1; trip < trips; trip++) await run(db.execute(sql`select 1`));
        for (let call = 0; call < calls; call++) await calling(c.var).get("https://rates.example/");
        const { order } = c.req.valid("json");
        await run(...Array.from({ length: 20 }, (_, i) => laterOf({ order: `${order} ${i}` })));
        return c.json({ status: "ok" } as const, 201);
      });
      const own = serve({
        endpoints: [slow],
        deps: { tasks: [receipt] },
        bindings: { ...bindings, SUBREQUESTS: "50" },
      });
      standIn("rates.example", () => new Response());
      const order = unique("order");
      const fetching = vi.spyOn(globalThis, "fetch");
      const answer = await own.post("/slow", { token, json: { order } });
      expect([answer.status, answer.roundTrips]).toStrictEqual([201, trips]);
      const line = own.logs.find(({ message }) => message === "request");
      expect(line?.calls).toBe(calls || undefined);
      expect(fetching.mock.calls.length).toBeLessThanOrEqual(50);
      vi.restoreAllMocks();
      await own.tasks();
      const states = (await rowsOf(receipt.name)).filter(({ input }) => JSON.stringify(input).includes(order));
      expect(states.map(({ state }) => state)).toStrictEqual(Array(20).fill("done"));
    },
  );

  it("promise 29: leaves no task of a request that is rolled back", async () => {
    const order = unique("order");
    expect((await post("/orders", { order, fails: "statement" })).status).toBe(412);
    expect(await tasksOf(order)).toStrictEqual([]);
    expect(await effectsOf(order)).toStrictEqual([0]);
  });

  it("promise 29: leaves no task of a caller whom the guard refuses", async () => {
    const order = unique("order");
    const other = await aUser();
    await Sessions.revoke(db, other.id);
    for (const path of ["/only", "/orders"]) {
      expect((await app.post(path, { token: other.token, json: { order } })).status).toBe(401);
    }
    expect(await tasksOf(order)).toStrictEqual([]);
  });

  it("promise 29: takes the task of a request back that fails after it, and logs the mistake", async () => {
    const order = unique("order");
    expect((await post("/orders", { order, fails: "handler" })).status).toBe(404);
    expect(await tasksOf(order)).toStrictEqual([]);
    const line = app.logs.findLast(({ message }) => message === "tasks");
    expect(line).toMatchObject({ level: "error", operation_id: "placeOrder", withdrawn: 1 });
  });

  it("leaves the task of an idempotent request that fails after it, because its rows stay for a repetition", async () => {
    const order = unique("order");
    expect((await post("/failing", { order }, { "Idempotency-Key": order })).status).toBe(404);
    expect(await effectsOf(order)).toStrictEqual([1]);
    expect(await tasksOf(order)).toMatchObject([{ state: "done" }]);
  });

  it("enqueues nothing unless its condition holds after the statements before it", async () => {
    const [one, none] = [unique("order"), unique("order")];
    await post("/orders", { order: one, when: true });
    await post("/orders", { order: none, when: false });
    expect(await tasksOf(one)).toHaveLength(1);
    expect(await tasksOf(none)).toStrictEqual([]);
  });

  it("lets one task wait under a key, and another once that has begun", async () => {
    const order = unique("order");
    for (let i = 0; i < 3; i++) await post("/orders", { order, key: order, delay: 3_600 });
    expect(await tasksOf(order)).toMatchObject([{ state: "waiting", attempt: 0, key: order }]);
    await app.tasks();
    await post("/orders", { order, key: order, delay: 3_600 });
    expect((await tasksOf(order)).map(({ state }) => state)).toStrictEqual(["done", "waiting"]);
    await app.tasks();
    expect(await effectsOf(`receipt of ${order}`)).toStrictEqual([2]);
  });

  it("lets a task enqueue another, which runs next", async () => {
    const [order, second] = [unique("order"), effecting()];
    const first = task({ name: unique("first") }, ({ run }) => run(effect(order), second.later({ effect: order })));
    // @ts-expect-error: this one has an input
    expect(() => second.later()).toThrow();
    const start = endpoint({ ...declared, path: "/start", operationId: "start" }, async (c) => {
      await c.var.run(first.later());
      return c.json({ status: "ok" } as const, 201);
    });
    const own = serve({ endpoints: [start], deps: { tasks: [first, second] } });
    await own.post("/start", { token, json: { order }, headers: { "X-Request-Id": "the-start" } });
    expect(await effectsOf(order)).toStrictEqual([2]);
    expect(await rowsOf(second.name)).toMatchObject([{ state: "done", request_id: "the-start" }]);
  });

  it("promise 29: enqueues in a transaction that branches, and leaves no task of one that is rolled back", async () => {
    const transfer = endpoint(
      {
        ...declared,
        path: "/transfer",
        operationId: "transfer",
        transaction: true,
        roundTrips: 10,
        errors: ["conflict"],
      },
      async (c) => {
        const order = c.req.valid("json");
        await c.var.transaction(async (tx) => {
          await tx.run(tx.db.execute(sql`select 1`), laterOf(order));
          if (order.fails) throw new ApiError("conflict");
        });
        return c.json({ status: "ok" } as const, 201);
      },
    );
    const own = serve({ endpoints: [transfer], deps: { tasks: [receipt] } });
    const [one, none] = [unique("order"), unique("order")];
    expect((await own.post("/transfer", { token, json: { order: one } })).status).toBe(201);
    expect((await own.post("/transfer", { token, json: { order: none, fails: "handler" } })).status).toBe(409);
    expect(await tasksOf(one)).toMatchObject([{ state: "done" }]);
    expect(await tasksOf(none)).toStrictEqual([]);
  });

  it.each([{ concurrency: 0 }, { concurrency: Number.NaN }, { timeout: 801 }, { timeout: Number.NaN }])(
    "refuses a task with %j, which would never run",
    (words) => {
      expect(() => task({ name: unique("never"), ...words }, async () => undefined)).toThrow("never-");
    },
  );

  it("refuses input that does not fit, and a task that is not in the list", async () => {
    const dated = task({ name: unique("dated"), input: z.object({ at: z.date() }) }, async () => undefined);
    expect(() => dated.later({ at: new Date() })).toThrow("date");
    const unlisted = serve({ endpoints, deps: { tasks: [] }, mayFail: true });
    expect((await unlisted.post("/only", { token, json: { order: unique() } })).status).toBe(500);
    expect(JSON.stringify(unlisted.logs)).toContain("is not in the list of src/tasks/index.ts");
  });
});

describe("with a queue", () => {
  const messages: { body: unknown; delaySeconds?: number }[] = [];
  const TASK_QUEUE = { sendBatch: async (batch: typeof messages) => void messages.push(...batch) };
  const queued = serve({ endpoints, deps: { tasks: [receipt] }, bindings: { ...bindings, TASK_QUEUE } });
  const deliver = async (own = bindings) => {
    let retried = 0;
    const batch = { messages: messages.splice(0), retryAll: () => void retried++ } as unknown as MessageBatch;
    await onWake(batch, own, { ...defaultDeps, tasks: [receipt], log: () => undefined });
    return retried;
  };

  it("a message of the id alone wakes the task; a lost or a doubled one does no harm", async () => {
    const order = unique("order");
    await queued.post("/orders", { token, json: { order } });
    const [row] = await tasksOf(order);
    expect(row?.state).toBe("waiting");
    expect(messages).toStrictEqual([{ body: { id: row?.id }, delaySeconds: 0 }]);
    messages.push(...messages, { body: "no message of ours" }, { body: { id: "x" } });
    await deliver();
    expect(await rowOf(row?.id)).toMatchObject({ state: "done", attempt: 1 });
    messages.push({ body: { id: row?.id } });
    expect(await deliver()).toBe(0);
    expect(await effectsOf(`receipt of ${order}`)).toStrictEqual([1]);
  });

  it("a message waits as long as its task, and comes again if the Worker cannot work", async () => {
    const order = unique("order");
    await queued.post("/orders", { token, json: { order, delay: 90 } });
    expect(messages.map(({ delaySeconds }) => delaySeconds)).toStrictEqual([90]);
    expect(await deliver({ ...bindings, SECRET_KEY: "" })).toBe(1);
    expect((await tasksOf(order))[0]).toMatchObject({ state: "waiting", attempt: 0 });
    await app.tasks();
  });

  it("takes at most a hundred messages at once, none of which waits for longer than twelve hours", async () => {
    const batches: { delaySeconds: number }[][] = [];
    const queue = {
      sendBatch: async (batch: (typeof batches)[number]) => void batches.push(batch),
    } as unknown as Queue;
    const enqueued = Array.from({ length: 250 }, () => ({
      id: crypto.randomUUID(),
      name: receipt.name,
      delay: 86_400,
    }));
    await send(queue, enqueued, defaultDeps);
    expect(batches.map(({ length }) => length)).toStrictEqual([100, 100, 50]);
    expect(new Set(batches.flat().map(({ delaySeconds }) => delaySeconds))).toStrictEqual(new Set([43_200]));
  });

  it("a task of a queue that takes no messages is left to the sweep", async () => {
    const order = unique("order");
    const broken = { sendBatch: () => Promise.reject(new Error("no queue")) };
    const own = serve({ endpoints, deps: { tasks: [receipt] }, bindings: { ...bindings, TASK_QUEUE: broken } });
    expect((await own.post("/orders", { token, json: { order } })).status).toBe(201);
    expect(own.logs.map(({ level, message }) => `${level} ${message}`)).toContain("warn tasks");
    expect((await tasksOf(order))[0]?.state).toBe("waiting");
    await app.tasks();
    expect((await tasksOf(order))[0]?.state).toBe("done");
  });
});
