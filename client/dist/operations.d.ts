/** Made from openapi.json by `npm run client`: edit nothing here. */
/** Operations that honour an `Idempotency-Key`. */
export declare const keyedOperations: ReadonlySet<string>;
/** Operations that need no sign-in. */
export declare const openOperations: ReadonlySet<string>;
