import { readable } from "./problems.ts";
import { type Retries, withRetries } from "./retries.ts";
import type { components, paths } from "./schema.ts";
import { openTabs } from "./tabs.ts";

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

/** A place for the refresh token where there are no cookies: a phone's keychain, a server's own session. */
export type TokenStore = {
  get(): string | null | undefined | Promise<string | null | undefined>;
  set(token: string): unknown;
  remove(): unknown;
};

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
  /** The number of sign-ins and sign-outs so far, of any tab. */
  readonly turn: number;
  /**
   * Sends a request of the API with the session's access token, which is refreshed at need. Throws if somebody has signed in
   * or out since the `turn` in which the call began: it would be carried out as somebody else.
   */
  send(request: Request, turn: number): Promise<Response>;
};

type Environment = {
  origin: string;
  credentials: Credentials | undefined;
  retries: Retries | undefined;
  fetch: (request: Request) => Promise<Response>;
};

/** Milliseconds for one attempt to refresh: two of them are within the time in which the server forgives a repetition. */
const deadline = 4_000;
/** Part of a token's life after which it is refreshed ahead of a 401. */
const freshShare = 0.9;

export function openSession({ origin, credentials, retries, fetch }: Environment): Session {
  const listeners = new Set<() => void>();
  const store = credentials?.kind === "store" ? credentials.store : undefined;
  const hasSession = credentials?.kind === "cookie" || store !== undefined;
  // Tabs share a cookie. A store may be one tab's own.
  const tabs = openTabs(credentials?.kind === "cookie" ? origin : undefined, onSignal);
  let state: SessionState = { status: hasSession ? "unknown" : "signed_out" };
  let access: { token: string; until: number } | undefined;
  let refreshing: Promise<Response | undefined> | undefined;
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
  async function post(path: string, body: object = {}): Promise<Response> {
    return fetch(
      new Request(`${origin}/api/v1/auth/${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", ...(access && { Authorization: `Bearer ${access.token}` }) },
        body: JSON.stringify(body),
        // Some runtimes refuse the member where there are no cookies.
        ...(credentials?.kind === "cookie" && { credentials: "include" }),
        ...(path === "resume" && { signal: AbortSignal.timeout(deadline) }),
      }),
    );
  }

  async function keep(answer: Response, asked: number): Promise<void> {
    const token: Token = await answer.json();
    if (asked !== turn) return;
    access = { token: token.access_token, until: Date.now() + token.expires_in * 1_000 * freshShare };
    if (token.refresh_token !== undefined) await store?.set(token.refresh_token);
    if (token.user) become({ status: "signed_in", user: token.user });
  }

  async function forget(asked: number): Promise<void> {
    if (asked !== turn) return;
    access = undefined;
    await store?.remove();
    become({ status: "signed_out" });
  }

  /** Gets the next tokens. Answers undefined, or the server's answer if it can give none for now. */
  async function resume(): Promise<Response | undefined> {
    const asked = turn;
    const token = store ? await store.get() : undefined;
    if (store && !token) return void (await forget(asked));
    const body = token ? { refresh_token: token } : {};
    const attempt = async () => {
      const answer = await post("resume", body);
      if (answer.status === 200) await keep(answer, asked);
      return answer;
    };
    // The answer may have been lost: within ten seconds a repetition gets the same tokens.
    const answer = await attempt().catch(() => attempt());
    if (answer.ok && answer.status !== 204) return;
    if ([204, 400, 401].includes(answer.status)) return void (await forget(asked));
    return answer;
  }

  /** One refresh for all who need it at a time. */
  function refresh(): Promise<Response | undefined> {
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
    // Its late answer could take the new session's cookie away.
    await refreshing?.catch(() => {});
    const delivery = credentials?.kind === "cookie" ? "cookie" : "body";
    const response = readable(await post(`${path}?include=user`, { ...sent, token_delivery: delivery }));
    if (!response.ok) return { error: await response.json(), response };
    turnOver();
    untold = undefined;
    await keep(response, turn);
    tabs.send("signed_in");
    return { response };
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
      const read = new Request(origin);
      const { ok, status } = await withRetries(read, async () => (await refresh()) ?? new Response(), retries);
      if (!ok) throw new Error(`The server answered ${status}.`);
      return state;
    },
    get turn() {
      return turn;
    },
    signIn: (sent) => enter("login", sent),
    restore: (sent) => enter("restore", sent),
    async signOut() {
      const token = (store ? await store.get() : undefined) ?? untold;
      const body = token ? { refresh_token: token } : {};
      const leaving = post("logout", body).catch(() => post("logout", body));
      turnOver();
      // Signs out on this device even if the server cannot be told.
      const [told, gone] = await Promise.allSettled([leaving, forget(turn)]);
      tabs.send("signed_out");
      const isTold = told.status === "fulfilled" && [204, 401].includes(told.value.status);
      untold = isTold ? undefined : token;
      for (const one of [told, gone]) if (one.status === "rejected") throw one.reason;
      if (!isTold) throw new Error("The server did not sign out.");
    },
    async send(request, began) {
      if (!request.url.startsWith(`${origin}/`)) return fetch(request);
      if (!hasSession) return authorized(request, credentials && "key" in credentials ? credentials.key : undefined);
      const isOld = access === undefined || access.until <= Date.now();
      const failure = isOld && state.status !== "signed_out" ? await unless(request.signal, refresh()) : undefined;
      if (began !== turn) throw new Error("The user has changed since this call began.");
      if (failure) return failure.clone();
      const used = access?.token;
      const answer = await authorized(request.clone(), used);
      if (!isExpired(answer) || used === undefined) return answer;
      if (access?.token === used) {
        const refused = await unless(request.signal, refresh());
        if (refused) return refused.clone();
      }
      return access === undefined || began !== turn ? answer : authorized(request, access.token);
    },
  };
  return session;
}

/** True if a new access token would help: not where the password has to be proved again (RFC 9470). */
function isExpired({ status, headers }: Response): boolean {
  return status === 401 && !headers.get("WWW-Authenticate")?.includes("insufficient_user_authentication");
}

/** Waits, unless the caller gives up. */
function unless<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}
