import type { MiddlewareHandler } from "hono";
import type { TransactionTerms } from "../context/policy.ts";
import { transactor } from "../context/transaction.ts";
import type { TransactionEnv, UserEnv } from "../context/types.ts";

/** Gives an endpoint `c.var.transaction`. */
export function transactions(terms: TransactionTerms): MiddlewareHandler<UserEnv & TransactionEnv> {
  return (c, next) => {
    c.set("transaction", transactor(c.var, terms));
    return next();
  };
}
