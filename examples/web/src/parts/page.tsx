import { type ReactNode, useEffect, useRef } from "react";

type Props = { title: string; actions?: ReactNode; className?: string; children: ReactNode };

/** False for the page that the visitor opened by its address. */
let isFollowed = false;

/** A page: its title, in the tab too, and where a screen reader starts after a link was followed. */
export function Page({ title, actions, className = "", children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (isFollowed) heading.current?.focus({ preventScroll: true });
    isFollowed = true;
  }, []);
  return (
    <div className={`page ${className}`}>
      <title>{`${title} · Plinth`}</title>
      <div className="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {actions && <div className="row">{actions}</div>}
      </div>
      {children}
    </div>
  );
}
