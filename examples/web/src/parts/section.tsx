import { type ReactNode, useId } from "react";

/** A part of a long page: what it is about on the left, what can be done on the right. */
export function Section({ title, about, children }: { title: string; about: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className="section" aria-labelledby={id}>
      <div className="section-about">
        <h2 id={id}>{title}</h2>
        <p>{about}</p>
      </div>
      <div>{children}</div>
    </section>
  );
}
