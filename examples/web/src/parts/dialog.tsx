import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";

type Props = { title: string; isOpen: boolean; onClose: () => void; isWide?: boolean; children: ReactNode };

/** A dialogue over the page. Escape and a click beside it close it. */
export function Dialog({ title, isOpen, onClose, isWide = false, children }: Props) {
  return (
    <ModalOverlay className="overlay" isDismissable isOpen={isOpen} onOpenChange={(next) => next || onClose()}>
      <Modal className={isWide ? "modal wide" : "modal"}>
        <AriaDialog>
          <Heading slot="title">{title}</Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
