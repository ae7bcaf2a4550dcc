import createFetchClient, {} from "openapi-fetch";
import { keyedOperations, openOperations } from "./operations.js";
import { withRetries } from "./retries.js";
import { openSession } from "./session.js";
export { changing, ifMatch } from "./changes.js";
export { pages } from "./pages.js";
export { fieldErrors, ProblemError, unwrap } from "./problems.js";
export { inCookie, inStore, withKey, } from "./session.js";
/**
 * A client of the API, typed by its document: `await api.GET("/api/v1/items")` answers `data` or `error`, the problem
 * whose `code` is one of that operation. It signs in, refreshes, repeats what is safe, and keeps a key over repetitions.
 */
export function createClient({ baseUrl, session: credentials, retries, fetch = globalFetch }) {
    const origin = baseUrl.replace(/\/$/, "");
    const session = openSession({ origin, credentials, fetch });
    const authorized = new WeakSet();
    const send = (request) => (authorized.has(request) ? session.send(request) : fetch(request));
    const client = createFetchClient({
        baseUrl: origin,
        // Each repetition needs a token of its own: the last one may have expired while it waited.
        fetch: (request) => withRetries(request, (copy) => {
            if (authorized.has(request))
                authorized.add(copy);
            return send(copy);
        }, retries),
    });
    client.use({
        onRequest({ request, schemaPath }) {
            const operation = `${request.method} ${schemaPath}`;
            if (keyedOperations.has(operation) && !request.headers.has("Idempotency-Key")) {
                request.headers.set("Idempotency-Key", crypto.randomUUID());
            }
            if (!openOperations.has(operation))
                authorized.add(request);
            return request;
        },
    });
    return Object.assign(client, { session });
}
// Called as a method of anything else, browsers refuse it.
const globalFetch = (request) => globalThis.fetch(request);
