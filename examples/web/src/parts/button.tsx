import { Button as AriaButton, type ButtonProps } from "react-aria-components";

type Props = ButtonProps & { look?: "primary" | "plain" | "quiet" | "danger" };

/** A button. While it `isPending` it cannot be pressed, and says so to a screen reader. */
export function Button({ look = "plain", ...props }: Props) {
  return <AriaButton {...props} className={`button ${look}`} />;
}
