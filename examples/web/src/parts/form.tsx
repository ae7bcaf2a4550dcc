import { fieldErrors } from "@plinth/client";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent, ReactNode } from "react";
import { Form as AriaForm } from "react-aria-components";
import { Button } from "./button.tsx";
import { Failure, problemOf } from "./problem.tsx";

/** Reads the text that was typed into a field, by its name. */
export type Typed = (name: string) => string;

type Props = {
  label: string;
  /** Sends what was typed. Throws what the API answers: errors of a field are then shown beside it. */
  send: (typed: Typed) => Promise<unknown>;
  children: ReactNode;
  /** More buttons, beside the one that sends. */
  actions?: ReactNode;
  look?: "primary" | "danger";
  /** Shows an error in a way of its own, or nothing to show it in the usual one. */
  explain?: (error: unknown) => ReactNode;
};

/** A form of the API. */
export function Form({ label, send, children, actions, look = "primary", explain }: Props) {
  const { mutate, error, isPending } = useMutation({ mutationFn: send, retry: false });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    mutate((name) => String(form.get(name) ?? ""));
  };
  return (
    <AriaForm className="form" onSubmit={submit} validationErrors={messagesOf(error)}>
      {children}
      {(error && explain?.(error)) ?? <Failure error={error} />}
      <div className="row">
        <Button type="submit" look={look} isPending={isPending}>
          {label}
        </Button>
        {actions}
      </div>
    </AriaForm>
  );
}

function messagesOf(error: unknown): Record<string, string[]> {
  const byField = Object.entries(fieldErrors(problemOf(error)));
  return Object.fromEntries(byField.map(([field, errors]) => [field, errors.map(({ msg }) => msg)]));
}
