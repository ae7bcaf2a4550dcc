import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { api } from "./api.ts";
import { cache } from "./cache.ts";
import { router } from "./router.tsx";
import { accountId } from "./session.ts";
import "./shell/theme.ts";
import "./styles.css";

let account = accountId();

// The pages of another account are not those of the last one: asks each route again who may see it.
api.session.subscribe(() => {
  if (api.session.state.status === "unknown" || accountId() === account) return;
  account = accountId();
  void router.invalidate();
});

// A page that the browser has kept knows nothing of a sign-out meanwhile.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload();
});

const place = document.getElementById("app");
if (!place) throw new Error("index.html has no place for the app.");
createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={cache}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
