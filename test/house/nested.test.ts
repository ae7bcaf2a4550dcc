/** Finds endpoints that take a row below another one without asking if it is there: below any row of its owner. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type Endpoint, endpoint, json } from "../../src/endpoint/endpoint.ts";
import { notFound } from "../../src/errors.ts";
import { Id } from "../../src/schemas/common.ts";
import { type Call, called, send } from "../calls.ts";
import { parametersIn, withParameters } from "../examples.ts";
import { api, aUser, serve } from "../harness.ts";
import { handOver } from "../referred.ts";

/** The parameters of a path that name rows, but the organization, which another test is about. */
function rowsIn(endpoint: Endpoint, path: string) {
  const isRow = ({ name, value }: { name: string; value: string }) =>
    name !== "organization_id" && Id.safeParse(value).success;
  return parametersIn(endpoint, path).filter(isRow);
}

/** Fails unless the row of a call is found below its own parent alone, and not below another one of the same owner. */
async function holdNested(endpoint: Endpoint, make: () => Promise<Call>, app = api): Promise<void> {
  const [own, other] = [await make(), await make()];
  const parent = rowsIn(endpoint, other.path).at(-2);
  if (!parent) return;
  await handOver(parent.value, own);
  const path = withParameters(endpoint, own.path, { [parent.name]: parent.value });
  expect((await send(endpoint, { ...own, path }, app)).status, `${path}, which is not there`).toBe(404);
  expect((await send(endpoint, own, app)).status, own.path).toBeLessThan(300);
}

const nested = called.filter(({ endpoint }) => (endpoint.route.path.match(/\{/g)?.length ?? 0) > 1);

describe("a row below another", () => {
  it.each(nested)("is found by $operationId below no other row of its owner", ({ endpoint, make }) =>
    holdNested(endpoint, make),
  );

  it("or else the endpoint is found", async () => {
    const shelves = new Map<string, string>();
    const Shelf = z.object({ id: Id });
    const shelfBy = (isThere: (shopId: string, id: string) => boolean) =>
      endpoint(
        {
          ...({ method: "get", path: "/shops/{shop_id}/shelves/{id}", operationId: "readShelf" } as const),
          ...({ tags: ["operations"], summary: "A shelf", description: "A shelf.", access: "user" } as const),
          request: { params: z.object({ shop_id: Id, id: Id }) },
          responses: { 200: json(Shelf, "The shelf") },
          errors: ["not_found"],
        },
        async (c) => {
          await c.var.run();
          const { shop_id, id } = c.req.valid("param");
          return isThere(shop_id, id) ? c.json(Shelf.parse({ id }), 200) : notFound();
        },
      );
    const make = async () => {
      const [shop, shelf] = [crypto.randomUUID(), crypto.randomUUID()];
      shelves.set(shelf, shop);
      return { path: `/shops/${shop}/shelves/${shelf}`, token: (await aUser()).token };
    };
    const careful = shelfBy((shop, id) => shelves.get(id) === shop);
    await holdNested(careful, make, serve({ endpoints: [careful] }));
    const careless = shelfBy((_, id) => shelves.has(id));
    await expect(holdNested(careless, make, serve({ endpoints: [careless] }))).rejects.toThrow("which is not there");
  });
});
