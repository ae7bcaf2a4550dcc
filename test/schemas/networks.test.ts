import { sql } from "drizzle-orm";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { networkIn } from "../../src/schemas/networks.ts";
import { db } from "../harness.ts";

describe("the one text of a network", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1/32"],
    ["192.0.2.1/24", "192.0.2.0/24"],
    ["255.255.255.255/0", "0.0.0.0/0"],
    ["2001:DB8::", "2001:db8::/128"],
    ["2001:0db8:0:0:0:0:0:1/32", "2001:db8::/32"],
    ["2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1/128"],
    ["1::4:5:6:7:8", "1::4:5:6:7:8/128"],
    ["::", "::/128"],
    ["::/0", "::/0"],
    ["::ffff:192.0.2.0/120", "192.0.2.0/24"],
    ["::ffff:192.0.2.1", "192.0.2.1/32"],
    ["::FFFF:c000:0201", "192.0.2.1/32"],
    ["0:0:0:0:0:ffff:192.0.2.77/121", "192.0.2.0/25"],
    ["::ffff:0:0/96", "0.0.0.0/0"],
    ["64:ff9b::192.0.2.1", "64:ff9b::c000:201/128"],
  ])("of %s is %s", (text, network) => expect(networkIn(text)).toBe(network));

  it.each(
    ["", "/", "1.2.3", "1.2.3.4.5", "01.2.3.4", "192.0.2.0/024", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/-1", "::/129"]
      .concat([" 192.0.2.1", "192.0.2.1\n", "fe80::1%eth0", "fe80::%eth0/64", "1::2::3", "12345::", "0x7f.1", "::g"])
      .concat(["::ffff:192.0.2.0/95", "::ffff:0:0/24", "192.0.2.0/24/24", "example.com", "１９２.0.2.1", "[::1]"]),
  )("does not exist of %j", (text) => expect(networkIn(text)).toBeUndefined());

  it("is that of PostgreSQL, which refuses none of them", async () => {
    const { seed } = inject("fuzz");
    const hex = fc.tuple(fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 }), fc.nat(128));
    const sparse = fc.tuple(fc.array(fc.constantFrom(0, 0, 0, 1, 0xffff), { minLength: 8, maxLength: 8 }), fc.nat(128));
    const sixes = fc
      .oneof(hex, sparse)
      .map(([groups, bits]) => `${groups.map((group) => group.toString(16).toUpperCase()).join(":")}/${bits}`);
    const fours = fc.tuple(fc.ipV4(), fc.nat(32)).map(([address, bits]) => `${address}/${bits}`);
    const texts = fc.sample(fc.oneof(sixes, fours, fc.ipV6()), { numRuns: 5_000, seed });
    const pairs = texts.flatMap((text) => {
      const network = networkIn(text);
      // PostgreSQL keeps IPv4 in the form of IPv6 apart: the cases above are about it.
      const isMapped = text.includes(":") && network?.includes(".");
      return network === undefined || isMapped ? [] : [{ text, network }];
    });
    expect(pairs.length).toBeGreaterThan(4_000);
    // PostgreSQL writes the end of ::192.0.2.1 as IPv4, which the answer of a key then has.
    const { rows } = await db.execute(sql`
      select * from jsonb_to_recordset(${JSON.stringify(pairs)}::jsonb) as pair (text text, network text)
      where network(text::inet) <> network::cidr
        or (network <> network(text::inet)::text and network(text::inet)::text not like '::%.%')`);
    expect(rows).toStrictEqual([]);
  });
});
