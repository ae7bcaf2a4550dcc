import { describe, expect, it } from "vitest";
import { outlineOf } from "../../src/db/outline.ts";

describe("the outline of a statement", () => {
  it.each([
    ["select 1", true, false],
    ["  SELECT * from t for no key update", true, false],
    ["select * from t for update skip locked", true, false],
    ["values (1)", true, false],
    ["with a as (select 1) select * from a", true, false],
    ["with a as (select * from t for update) select * from a", true, false],
    ["insert into t values ($1) returning id", true, false],
    ["insert into t select * from u where x = 'returning'", false, false],
    ['insert into t values (1) on conflict (id) do update set "returning" = 1', false, false],
    ["update t set x = (select 1) -- returning\n", false, false],
    ["update t set x = $$returning$$ where y = $1", false, false],
    ["delete from t /* returning id */ where id = $1", false, false],
    ["merge into t using u on true when matched then delete", false, false],
    ["with a as (select 1) insert into t select * from a", false, false],
    ["with a as (select 1) insert into t select * from a returning 1", true, false],
    ["with a as (insert into t values (1) returning id) select * from a", true, true],
    ["with a as materialized (\n  update t set x = 1 returning id) select 1", true, true],
    ["with a as not materialized (delete from t) update u set x = 1", false, true],
    ["select 'as (delete from t)'", true, false],
    ["refresh materialized view v", false, false],
  ])("%s: rows %s, writes in with %s", (text, answersRows, writesInWith) => {
    expect(outlineOf(text)).toStrictEqual({ answersRows, writesInWith });
  });
});
