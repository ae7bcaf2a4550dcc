import { hc } from "hono/client";
import { expectTypeOf } from "vitest";
import type { z } from "zod";
import type { App } from "../../../src/index.ts";
import type { Item } from "../../../src/schemas/items.ts";

const { items } = hc<App>("https://api.example.com").api.v1;
const response = await items[":id"].$get({ param: { id: "" }, query: {} });
if (response.status === 200) expectTypeOf(await response.json()).toEqualTypeOf<z.output<typeof Item>>();
// @ts-expect-error: a title is required
items.$post({ json: { description: "" } });

// A list in a query is one in the client, too, and of its own words.
items.$get({ query: { include: ["owner", "total"] } });
items.$get({ query: { include: "owner,total" } });
// @ts-expect-error: nothing of that name can be included
items.$get({ query: { include: ["total", "price"] } });
