import { Hono } from "hono";
import { expect, it } from "vitest";
import { runner } from "../../src/context/run.ts";
import type { UserEnv } from "../../src/context/types.ts";
import { sessions } from "../../src/db/schema.ts";
import { toApiError } from "../../src/errors.ts";
import { authenticate } from "../../src/middleware/authenticate.ts";
import { keysFor } from "../../src/security/keys.ts";
import { api, aUser, bindings, db, settings } from "../harness.ts";

it.each(["user", "admin", "support", "toString", "member", {}, { member: "toString" }, { owner: "member" }])(
  "promise 27: lets an admin past access %s only if it has a guard",
  async (word) => {
    const ada = await aUser({ role: "admin" });
    const app = new Hono<UserEnv>();
    app.use(async (c, next) => {
      c.set("settings", settings);
      c.set("keys", await keysFor(settings));
      c.set("db", db);
      c.set("now", () => new Date());
      c.set("client", { network: null, userAgent: null });
      await next();
    });
    // Past the compiler, as a word whose guard was forgotten would be.
    app.get("/", authenticate({ access: word as "user", fresh: undefined, permission: undefined }), async (c) => {
      await runner(db, c.var)(db.select().from(sessions));
      return c.text("in");
    });
    app.onError((error, c) => c.text(toApiError(error).code, 403));
    const answer = await app.request("/", { headers: { Authorization: `Bearer ${ada.token}` } }, bindings);
    expect(await answer.text()).toBe(word === "user" || word === "admin" ? "in" : "forbidden");
  },
);

// RFC 9110 §11.1: a scheme has no case.
it.each(["Bearer", "bearer", "BEARER"])("takes a token after %s", async (scheme) => {
  const { token, id } = await aUser();
  const { status, body } = await api.get("/users/me", { headers: { Authorization: `${scheme} ${token}` } });
  expect([status, body.id]).toStrictEqual([200, id]);
});
