import {
  Text,
  UNSTABLE_Toast as Toast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastQueue as ToastQueue,
  UNSTABLE_ToastRegion as ToastRegion,
} from "react-aria-components";
import { Button } from "./button.tsx";

type Said = { text: string; undo?: () => void };

const queue = new ToastQueue<Said>({ maxVisibleToasts: 2 });

/** Says that something is done, and offers to undo it. */
export function say(text: string, undo?: () => void): void {
  queue.add({ text, ...(undo && { undo }) }, { timeout: undo ? 10_000 : 5_000 });
}

export function Toasts() {
  return (
    <ToastRegion queue={queue} className="toasts">
      {({ toast }) => (
        <Toast toast={toast} className="toast">
          <ToastContent className="toast-text">
            <Text slot="title">{toast.content.text}</Text>
          </ToastContent>
          {toast.content.undo && (
            <Button
              look="quiet"
              onPress={() => {
                toast.content.undo?.();
                queue.close(toast.key);
              }}
            >
              Undo
            </Button>
          )}
          <Button look="quiet" slot="close" aria-label="Dismiss">
            ✕
          </Button>
        </Toast>
      )}
    </ToastRegion>
  );
}
