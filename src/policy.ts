/** Who may call an endpoint: anybody, a signed-in user, or an admin. */
export type Access = "public" | "user" | "admin";

/** What the machinery may know about the endpoint that matched. */
export type Policy = { operationId: string; path: string; access: Access; roundTrips: number; oauth: boolean };
