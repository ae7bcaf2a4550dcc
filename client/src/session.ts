import { readable } from "./problems.ts";
import { type Retries, withRetries } from "./retries.ts";
import type { components, paths } from "./schema.ts";
import { inOrder, type TokenStore } from "./store.ts";
import { openTabs } from "./tabs.ts";
import { unless, within } from "./waiting.ts";

export type Account = components["schemas"]["User"];
type Token = components["schemas"]["Token"];
type ProblemIn<Answers> = Answers[Exclude<keyof Answers, 200>] extends {
  content: { "application/json": infer Problem };
}
  ? Problem
  : never;
type SignInProblem = ProblemIn<paths["/api/v1/auth/login"]["post"]["responses"]>;
type RestoreProblem = ProblemIn<paths["/api/v1/auth/restore"]["post"]["responses"]>;
type SignIn = Pick<components["schemas"]["Login"], "username" | "password">;

/** `unknown` until {@link Session.start} has asked. */
export type SessionState = { status: "unknown" } | { status: "signed_out" } | { status: "signed_in"; user: Account };

export type Credentials = { kind: "cookie" } | { kind: "store"; store: TokenStore } | { kind: "key"; key: string };

/** Keeps the refresh token in a cookie that scripts cannot read. For browsers, on the same site as the API. */
export const inCookie = (): Credentials => ({ kind: "cookie" });
/** Keeps the refresh token in a store of yours. */
export const inStore = (store: TokenStore): Credentials => ({ kind: "store", store });
/** Calls with an API key instead of a session. */
export const withKey = (key: string): Credentials => ({ kind: "key", key });

export type Session = {
  readonly state: SessionState;
  /** Calls `listener` after each change of `state`, also by another tab. Answers how to stop. */
  subscribe(listener: () => void): () => void;
  /** Asks once at the start whether somebody is signed in, again if the server is busy. Throws if it cannot be reached. */
  start(): Promise<SessionState>;
  /** Signs in. Answers the problem if that fails: `invalid_grant`, `email_not_verified`, … */
  signIn(credentials: SignIn): Promise<{ error?: SignInProblem; response: Response }>;
  /** Restores the account that this user deleted, and signs in: `invalid_grant`, `email_taken`, … if that fails. */
  restore(credentials: SignIn): Promise<{ error?: RestoreProblem; response: Response }>;
  /** Signs out here, in every tab and on the server. Throws if the server was not told: call it again then. */
  signOut(): Promise<void>;
  /** Grows with each sign-in and sign-out, of any tab, and where a refresh finds another user signed in. */
  readonly turn: number;
  /**
   * Sends a request of the API with the session's access token, which is refreshed at need. Throws if the user has changed
   * since the `turn` in which the call began. Sets `notAfter` where a repetition is of no use.
   */
  send(request: Request, turn: number, notAfter: (time: number) => void): Promise<Response>;
};

type Environment = {
  origin: string;
  credentials: Credentials | undefined;
  retries: Retries | undefined;
  fetch: (request: Request) => Promise<Response>;
};

/** Answers or throws what a call meets whose tokens could not be refreshed, for each call anew. */
type Failure = () => Response;

/** Milliseconds for one attempt to refresh: two attempts fit within the server's grace period. */
const deadline = 4_000;
/** Milliseconds after the first attempt in which another may begin: after the grace, the server takes it for theft. */
const repeatable = 5_000;
/** Part of a token's life after which it is refreshed ahead of a 401. */
const freshShare = 0.9;

export function openSession({ origin, credentials, retries, fetch }: Environment): Session {
  const listeners = new Set<() => void>();
  const store = credentials?.kind === "store" ? inOrder(credentials.store) : undefined;
  const hasSession = credentials?.kind === "cookie" || store !== undefined;
  // Tabs share a cookie. A store may be one tab's own.
  const tabs = openTabs(credentials?.kind === "cookie" ? origin : undefined, onSignal);
  let state: SessionState = { status: hasSession ? "unknown" : "signed_out" };
  let access: { token: string; until: number } | undefined;
  let refreshing: Promise<Failure | undefined> | undefined;
  let entering: Promise<void> | undefined;
  /** Ends with the answer to everything sent so far that may set or drop the cookie. */
  let underWay = Promise.resolve();
  let turn = 0;
  /** The token of a sign-out that the server was not told of. */
  let untold: string | undefined;

  /** Begins another turn: an answer that was asked for before counts no more. */
  function turnOver(): void {
    turn += 1;
    access = undefined;
    refreshing = undefined;
  }

  function become(next: SessionState): void {
    state = next;
    for (const listener of listeners) listener();
  }

  function onSignal(signal: "signed_in" | "signed_out"): void {
    turnOver();
    if (signal === "signed_out") return become({ status: "signed_out" });
    become({ status: "unknown" });
    // A server that cannot be reached leaves the state unknown, and the next call asks again.
    session.start().catch(() => {});
  }

  /** Sends a POST about the session, with the refresh token by cookie or from the store. */
  async function post(path: string, body: object = {}, signal?: AbortSignal): Promise<Response> {
    return fetch(
      new Request(`${origin}/api/v1/auth/${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", ...(access && { Authorization: `Bearer ${access.token}` }) },
        body: JSON.stringify(body),
        // Some runtimes refuse the member where there are no cookies.
        ...(credentials?.kind === "cookie" && { credentials: "include" }),
        ...(signal && { signal }),
      }),
    );
  }

  /** Sends after everything under way: a late answer could take a newer session's cookie away. */
  function next<Answer>(send: () => Promise<Answer>): Promise<Answer> {
    const answer = underWay.then(send);
    underWay = ended(answer);
    return answer;
  }

  async function keep(token: Token, asked: number): Promise<void> {
    if (asked !== turn) return;
    // On another site that shares the cookie, somebody else may have signed in.
    if (state.status === "signed_in" && token.user && token.user.id !== state.user.id) turnOver();
    access = { token: token.access_token, until: Date.now() + token.expires_in * 1_000 * freshShare };
    if (token.user) become({ status: "signed_in", user: token.user });
    if (token.refresh_token !== undefined) await store?.set(token.refresh_token);
  }

  async function forget(asked: number): Promise<void> {
    if (asked !== turn) return;
    access = undefined;
    // No call may begin a refresh while a slow store removes the token.
    become({ status: "signed_out" });
    await store?.remove();
  }

  /** Gets the next tokens. Answers how calls fail if there are none for now. */
  async function resume(): Promise<Failure | undefined> {
    const asked = turn;
    let until = Number.POSITIVE_INFINITY;
    const attempt = async (body: object) => {
      const began = Date.now();
      if (asked !== turn) return new Response(null, { status: 204 });
      if (began > until) throw new Error("The server did not answer in time.");
      const whole = async (signal: AbortSignal) => {
        const answer = await post("resume", body, signal);
        return new Response((await answer.text()) || null, answer);
      };
      const previous = until;
      until = Math.min(until, began + repeatable);
      const answer = await within(deadline, whole);
      if (answer.status === 429) until = previous;
      return answer;
    };
    try {
      const token = await store?.get();
      if (store && !token) return void (await forget(asked));
      const body = token ? { refresh_token: token } : {};
      const send = (notAfter: (time: number) => void) => next(() => attempt(body)).finally(() => notAfter(until));
      // A lost answer is asked for again in any case: within the grace, a repetition gets the same tokens.
      const bounds = { ...retries, attempts: Math.max(2, retries?.attempts ?? 3) };
      const answer = await withRetries(new Request(origin), (_, notAfter) => send(notAfter), bounds);
      if (answer.status === 200) return void (await keep(await answer.json(), asked));
      if (answer.status === 204) return void (await forget(asked));
      const text = await answer.text();
      return () => new Response(text || null, answer);
    } catch (error) {
      return () => {
        throw error;
      };
    }
  }

  /** One refresh for all who need it at a time. */
  function refresh(): Promise<Failure | undefined> {
    if (refreshing) return refreshing;
    const one = resume().finally(() => {
      if (refreshing === one) refreshing = undefined;
    });
    refreshing = one;
    return one;
  }

  function authorized(request: Request, token: string | undefined): Promise<Response> {
    if (token !== undefined) request.headers.set("Authorization", `Bearer ${token}`);
    return fetch(request);
  }

  /** Opens a session by a password. */
  async function enter<Kind>(path: "login" | "restore", sent: SignIn): Promise<{ error?: Kind; response: Response }> {
    if (!hasSession) throw new Error("This client has no session.");
    const delivery = credentials?.kind === "cookie" ? "cookie" : "body";
    type Entered = { error?: Kind; response: Response; kept?: Promise<void> };
    const entered = next(async (): Promise<Entered> => {
      const response = readable(await post(`${path}?include=user`, { ...sent, token_delivery: delivery }));
      if (!response.ok) return { error: await response.json(), response };
      const token: Token = await response.json();
      turnOver();
      untold = undefined;
      return { response, kept: keep(token, turn) };
    });
    const one = ended(entered).then(() => {
      if (entering === one) entering = undefined;
    });
    entering = one;
    const { kept, ...result } = await entered;
    await kept;
    if (result.response.ok) tabs.send("signed_in");
    return result;
  }

  const session: Session = {
    get state() {
      return state;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async start() {
      if (state.status !== "unknown") return state;
      const began = turn;
      const failure = await refresh();
      if (began !== turn) return session.start();
      if (failure) throw new Error(`The server answered ${failure().status}.`);
      return state;
    },
    get turn() {
      return turn;
    },
    signIn: (sent) => enter("login", sent),
    restore: (sent) => enter("restore", sent),
    async signOut() {
      // Otherwise its answer would sign in again.
      if (entering) await entering;
      const token = (store ? await store.get() : undefined) ?? untold;
      const body = token ? { refresh_token: token } : {};
      const leaving = post("logout", body).catch(() => post("logout", body));
      underWay = Promise.all([underWay, ended(within(2 * deadline, () => leaving))]).then(() => {});
      turnOver();
      // Signs out on this device even if the server cannot be told.
      const [told, gone] = await Promise.allSettled([leaving, forget(turn)]);
      tabs.send("signed_out");
      const { status = 0, headers } = told.status === "fulfilled" ? told.value : {};
      // 401 is the server's word that the session is over, unless it is a proxy's page.
      const isTold = status === 204 || (status === 401 && headers?.get("Content-Type")?.includes("json"));
      untold = isTold ? undefined : token;
      for (const one of [told, gone]) if (one.status === "rejected") throw one.reason;
      if (!isTold) throw new Error("The server did not sign out.");
    },
    async send(request, began, notAfter) {
      if (!request.url.startsWith(`${origin}/`)) return fetch(request);
      if (!hasSession) return authorized(request, credentials && "key" in credentials ? credentials.key : undefined);
      const renew = async (isOld: boolean) => {
        const failure = isOld ? await unless(request.signal, refresh()) : undefined;
        const refusal = began === turn ? failure : changed;
        // A refresh was repeated already, and another user stays another one.
        if (refusal) notAfter(0);
        return refusal;
      };
      const isOld = access === undefined || access.until <= Date.now();
      const refusal = await renew(isOld && state.status !== "signed_out");
      if (refusal) return refusal();
      const used = access?.token;
      const answer = await authorized(request.clone(), used);
      if (!isExpired(answer) || used === undefined) return answer;
      const second = await renew(access?.token === used);
      if (second) return second();
      return access === undefined ? answer : authorized(request, access.token);
    },
  };
  return session;
}

/** True if a new access token would help: not where the password has to be proved again (RFC 9470). */
function isExpired({ status, headers }: Response): boolean {
  return status === 401 && !headers.get("WWW-Authenticate")?.includes("insufficient_user_authentication");
}

const changed: Failure = () => {
  throw new Error("The user has changed since this call began.");
};

/** The end of `work`, however it ends. */
function ended(work: Promise<unknown>): Promise<void> {
  return work.then(
    () => {},
    () => {},
  );
}
