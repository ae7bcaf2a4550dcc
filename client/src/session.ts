import type { Credentials } from "./credentials.ts";
import { readable } from "./problems.ts";
import { type Retries, withRetries } from "./retries.ts";
import type { components, paths } from "./schema.ts";
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
type Entered<Kind> = { error?: Kind; response: Response };
type SignIn = Pick<components["schemas"]["Login"], "username" | "password">;

/** `unknown` until {@link Session.start} has asked. */
export type SessionState = { status: "unknown" } | { status: "signed_out" } | { status: "signed_in"; user: Account };

export type Session = {
  readonly state: SessionState;
  /** Calls `listener` after each change of `state`, also by another tab. Answers how to stop. */
  subscribe(listener: () => void): () => void;
  /** Asks once at the start whether somebody is signed in, again if the server is busy. Throws if it cannot be reached. */
  start(): Promise<SessionState>;
  /** Signs in. Answers the problem if that fails: `invalid_grant`, `email_not_verified`, … */
  signIn(credentials: SignIn): Promise<Entered<SignInProblem>>;
  /** Restores the account that this user deleted, and signs in: `invalid_grant`, `email_taken`, … if that fails. */
  restore(credentials: SignIn): Promise<Entered<RestoreProblem>>;
  /** Signs out here, in every tab and on the server. Throws if the server was not told: call it again then. */
  signOut(): Promise<void>;
  /** Grows with each sign-in and sign-out, of any tab, and where a refresh finds another user signed in. */
  readonly turn: number;
  /**
   * Sends a request of the API, and again where that does no harm: with the session's access token, which is refreshed at
   * need, unless the operation is open to anybody. Throws if the user has changed since the call began.
   */
  send(request: Request, isOpen: boolean): Promise<Response>;
};

/** Answers or throws what a call meets whose tokens could not be refreshed, for each call anew. */
type Failure = () => Response;

/** Milliseconds for the first attempt to refresh: another one reaches the server within its grace period. */
const deadline = 4_000;
/** Milliseconds after the first attempt in which another may begin: after the grace, the server takes it for theft. */
const repeatable = 5_000;
/** Later than any time. */
const always = 9e15;
/** Milliseconds by which a timer may be late. */
const leeway = 500;
/** Milliseconds for a sign-in, a sign-out and a repeated refresh, for which everything else about the session waits. */
const patience = 20_000;
/** Milliseconds for each second of a token's life after which it is refreshed ahead of a 401. */
const freshness = 900;

export function openSession(
  origin: string,
  fetch: (request: Request) => Promise<Response>,
  credentials?: Credentials,
  retries?: Retries,
): Session {
  const listeners = new Set<() => void>();
  const { store, key } = credentials ?? {};
  const hasSession = credentials && key === undefined;
  const hasCookie = hasSession && !store;
  // Tabs share a cookie. A store may be one tab's own.
  const tellTabs = openTabs(hasCookie && origin, onSignal);
  let state: SessionState = { status: hasSession ? "unknown" : "signed_out" };
  let access: string | undefined;
  let freshUntil = 0;
  let refreshing: Promise<Failure | undefined> | undefined;
  /** Ends with the last sign-in under way. */
  let entering: Promise<unknown> = Promise.resolve();
  /** Ends with the answer to everything sent so far that may set or drop the cookie. */
  let underWay = entering;
  let turn = 0;
  let signOuts = 0;
  /** The token of a sign-out that the server was not told of. */
  let untold: string | undefined;
  /** Ends the wait for a sign-out of another tab. */
  let release: (() => void) | undefined;

  /** Begins another turn: an answer that was asked for before counts no more. */
  function turnOver(): void {
    turn += 1;
    access = undefined;
    refreshing = undefined;
  }

  function become(next: SessionState): void {
    state = next;
    // A listener that throws ends no sign-out half-way. Its error stays uncaught, for the page's own reports.
    for (const listener of listeners) void (async () => listener())();
  }

  function onSignal(signal: unknown): void {
    const isEntered = signal === "signed_in";
    // Any script of the origin may speak there, and a later version of the client may say more.
    if (!(isEntered || signal === "logout" || signal === "signed_out")) return;
    turnOver();
    release?.();
    if (signal === "logout") {
      // The answer to that sign-out takes the cookie away, even that of a sign-in here.
      const ended = new Promise<void>((resolve) => {
        // The time of a sign-in before it and of its two attempts, for a tab that is gone without a word.
        setTimeout(resolve, 3 * patience);
        release = resolve;
      });
      underWay = Promise.allSettled([underWay, ended]);
    }
    become({ status: isEntered ? "unknown" : "signed_out" });
    // A server that cannot be reached leaves the state unknown, and the next call asks again.
    start().catch(() => {});
  }

  async function authorized(request: Request, token = access): Promise<Response> {
    if (token) request.headers.set("Authorization", `Bearer ${token}`);
    return fetch(request);
  }

  /** Sends a POST about the session, with the refresh token by cookie or in the body. Reads all of the answer. */
  function post(path: string, body: object, signal: AbortSignal, token?: string): Promise<Response> {
    return authorized(
      new Request(`${origin}/api/v1/auth/${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        signal,
        // Some runtimes refuse the member where there are no cookies.
        ...(hasCookie && { credentials: "include" }),
      }),
      token,
    ).then((answer) => readable(answer, "access_token"));
  }

  /** Sends after everything under way: a late answer could take a newer session's cookie away. */
  function next<Answer>(send: () => Promise<Answer>): Promise<Answer> {
    const answer = underWay.then(send);
    underWay = answer.catch(() => {});
    return answer;
  }

  /** Takes tokens. Answers the end of storing them. */
  function keep({ access_token, expires_in, refresh_token, user }: Token): unknown {
    // On another site that shares the cookie, somebody else may have signed in.
    if (user && state.status === "signed_in" && user.id !== state.user.id) turnOver();
    access = access_token;
    freshUntil = Date.now() + expires_in * freshness;
    // First, as a listener may sign out.
    const stored = refresh_token && store?.set(refresh_token);
    if (user) become({ status: "signed_in", user });
    return stored;
  }

  /** Forgets the tokens, before a store does: no call may begin a refresh while a slow one removes its token. */
  function forget(): void {
    access = undefined;
    become({ status: "signed_out" });
  }

  /** Gets the next tokens. Answers how calls fail if there are none for now. */
  async function resume(asked: number): Promise<Failure | undefined> {
    let until = always;
    /** The answer that stands where another attempt would come too late. */
    let last: Promise<Response>;
    const latest = () => (asked === turn ? until : 0);
    try {
      const token = await store?.get();
      const attempt = async () => {
        const began = Date.now();
        if (began < latest() + leeway) {
          const previous = until;
          until = Math.min(until, began + repeatable);
          const body = { refresh_token: token };
          last = within(previous < always ? patience : deadline, (signal) => post("resume", body, signal));
          if (await didNothing(await last)) until = previous;
        }
        return (await last).clone();
      };
      // A lost answer is asked for again in any case: within the grace, a repetition gets the same tokens.
      const bounds = { ...retries, attempts: Math.max(2, retries?.attempts ?? 3) };
      const send = () => withRetries(new Request(origin), () => next(attempt), bounds, latest);
      const answer = store && !token ? undefined : await send();
      const tokens: Token | false = answer?.status === 200 && (await answer.json());
      if (asked === turn) {
        if (!tokens && answer && answer.status !== 204) return () => answer.clone();
        // A store that fails fails no call: the session goes on from memory.
        if (!tokens) forget();
        await Promise.allSettled([tokens ? keep(tokens) : store?.remove()]);
      }
      return undefined;
    } catch (error) {
      return () => {
        throw error;
      };
    }
  }

  /** One refresh for all who need it at a time. */
  function refresh(): Promise<Failure | undefined> {
    const asked = turn;
    refreshing ??= resume(asked).finally(() => {
      if (asked === turn) refreshing = undefined;
    });
    return refreshing;
  }

  async function start(): Promise<SessionState> {
    if (state.status !== "unknown") return state;
    const began = turn;
    const failure = await refresh();
    if (began !== turn) return start();
    if (failure) throw new Error(`The server answered ${failure().status}.`);
    return state;
  }

  /** Opens a session by a password. */
  async function enter<Kind>(path: "login" | "restore", sent: SignIn): Promise<Entered<Kind>> {
    const asked = signOuts;
    let kept: unknown;
    const entered = next(() =>
      within<Entered<Kind>>(patience, async (signal) => {
        if (!hasSession) throw new Error("The client has no session.");
        const body = { ...sent, token_delivery: hasCookie ? "cookie" : "body" };
        const response = await post(`${path}?include=user`, body, signal);
        if (!response.ok) return { error: await response.json(), response };
        const token: Token = await response.json();
        // Signs nobody in who has signed out or was told of a failure meanwhile.
        if (signal.aborted || asked !== signOuts) untold = token.refresh_token;
        else {
          turnOver();
          kept = keep(token);
          tellTabs("signed_in");
        }
        return { response };
      }),
    );
    entering = underWay;
    const result = await entered;
    await kept;
    return result;
  }

  /** Signs out on this device even if the server cannot be told. Answers the end of telling it, and of forgetting. */
  async function leave(): Promise<[told: Promise<void>, forgotten: unknown]> {
    const entered = entering;
    const used = access;
    signOuts += 1;
    tellTabs("logout");
    turnOver();
    forget();
    try {
      untold = (await store?.get()) || untold;
    } catch {
      // The access token names the session, too.
    }
    const tell = () => within(patience, (signal) => post("logout", { refresh_token: untold }, signal, used));
    // After a sign-in under way, whose answer would set the cookie again, and whose session is the one to end.
    const told = entered
      .then(tell)
      .catch(tell)
      .then(async (answer) => {
        // 401 is the server's word that the session is over, unless it is a proxy's page.
        const isTold = answer.status === 204 || (answer.status === 401 && !/unreadable/.test(await answer.text()));
        if (!isTold) throw new Error(`The server answered ${answer.status}.`);
        untold = undefined;
      })
      .finally(() => tellTabs("signed_out"));
    return [told, store?.remove()];
  }

  return {
    get state() {
      return state;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start,
    get turn() {
      return turn;
    },
    signIn: (sent) => enter("login", sent),
    restore: (sent) => enter("restore", sent),
    async signOut() {
      const leaving = leave();
      underWay = Promise.allSettled([underWay, leaving.then(([told]) => told)]);
      const [told, forgotten] = await leaving;
      try {
        await forgotten;
      } finally {
        await told;
      }
    },
    send(request, isOpen) {
      const began = turn;
      let failure: Failure | undefined;
      /** Refreshes the token if it is missing, old or the one that was refused. */
      const renewed = async (refused?: string) => {
        const isOld = access === refused || freshUntil <= Date.now();
        if (isOld && state.status !== "signed_out") failure = await unless(request.signal, refresh());
        if (began !== turn) throw new Error("The user has changed.");
        return failure?.();
      };
      const attempt = async (copy: Request) => {
        if (isOpen || !copy.url.startsWith(`${origin}/`)) return fetch(copy);
        if (!hasSession) return authorized(copy, key);
        const refusal = await renewed();
        if (refusal) return refusal;
        const used = access;
        const answer = await authorized(copy.clone());
        if (!used || !isExpired(answer)) return answer;
        return (await renewed(used)) ?? (access ? authorized(copy) : answer);
      };
      // A refresh was repeated already, and another user stays another one.
      const latest = () => (isOpen || (began === turn && !failure) ? always : 0);
      return withRetries(request, attempt, retries, latest);
    },
  };
}

/** True of the answer of a server that did not begin with the request, and so has not rotated its token. */
async function didNothing(answer: Response): Promise<boolean> {
  return answer.status === 429 || /"(overloaded|not_ready)"/.test(await answer.clone().text());
}

/** True if a new access token would help: not where the password has to be proved again (RFC 9470). */
function isExpired({ status, headers }: Response): boolean {
  return status === 401 && !headers.get("WWW-Authenticate")?.includes("insufficient_user");
}
