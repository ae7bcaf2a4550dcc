import { useRouter } from "@tanstack/react-router";
import { Button } from "../parts/button.tsx";
import { sentenceOf } from "../parts/problem.tsx";

export function Starting() {
  return <p className="starting">Starting…</p>;
}

/** Signs nobody out only because the API could not say who is signed in. */
export function Unreachable({ error }: { error: unknown }) {
  const router = useRouter();
  return (
    <main className="starting">
      <h1>The page could not start</h1>
      <p>{sentenceOf(error)}</p>
      <Button onPress={() => void router.invalidate()}>Try again</Button>
    </main>
  );
}
