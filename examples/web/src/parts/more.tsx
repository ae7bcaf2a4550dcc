import { type RefObject, useEffect, useRef } from "react";
import { Button } from "./button.tsx";

type Pages = {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => Promise<unknown>;
  /** Waits for the button. */
  isOnDemand?: boolean;
};

/** Reads the next page when the end of a list comes into view. The button does so without a mouse. */
export function More({ hasNextPage, isFetchingNextPage, fetchNextPage, isOnDemand = false }: Pages) {
  const end = useRef<HTMLDivElement>(null);
  useInView(end, () => {
    if (hasNextPage && !isFetchingNextPage && !isOnDemand) void fetchNextPage();
  });
  return (
    <div ref={end} className="more">
      {hasNextPage && (
        <Button look="quiet" isPending={isFetchingNextPage} onPress={() => void fetchNextPage()}>
          {isFetchingNextPage ? "Loading…" : "Show more"}
        </Button>
      )}
    </div>
  );
}

function useInView(place: RefObject<Element | null>, then: () => void): void {
  // Observes anew after each page, which may leave the end in view.
  useEffect(() => {
    if (!place.current) return;
    // A busy page is told of several changes at once, of which the last counts.
    const observer = new IntersectionObserver((changes) => changes.at(-1)?.isIntersecting && then(), {
      rootMargin: "400px",
    });
    observer.observe(place.current);
    return () => observer.disconnect();
  });
}
