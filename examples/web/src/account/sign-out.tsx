import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "../api.ts";
import { Button } from "../parts/button.tsx";
import { sentenceOf } from "../parts/problem.tsx";
import { say } from "../parts/toasts.tsx";

export function SignOut() {
  const navigate = useNavigate();
  const { mutate, isPending } = useMutation({
    mutationFn: () => api.session.signOut(),
    onSuccess: () => navigate({ to: "/", replace: true }),
    // This device has forgotten the session in any case.
    onError: (error) => say(`You are signed out here, but the server was not told: ${sentenceOf(error)}`),
  });
  return (
    <Button look="quiet" onPress={() => mutate()} isPending={isPending}>
      Sign out
    </Button>
  );
}
