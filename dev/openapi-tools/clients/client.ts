type Credentials = { username: string; password: string };
type Item = { id: string; title: string; etag: string };
type Listed = { items: { title: string; owner?: { username: string | null } | null }[]; total?: number };

/** A generated client, in its own words. An answer that it does not expect is thrown. */
export type Client = {
  signUp(user: Credentials & { email: string }): Promise<{ username: string | null }>;
  /** Answers the access token, which the calls below send. */
  signIn(credentials: Credentials): Promise<string>;
  create(title: string): Promise<Item>;
  /** Asks for `owner` and `total` by a parameter that is repeated. */
  list(): Promise<Listed>;
  /** Changes the version of the item that was read. A refusal has the type of its code. */
  update(item: Item, title: string): Promise<Item | { refused: "precondition_failed" }>;
  remove(item: Item): Promise<void>;
};
