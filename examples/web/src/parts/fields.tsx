import { type FormEvent, useId, useState } from "react";
import {
  FieldError,
  Input,
  Label,
  Switch,
  Text,
  TextArea,
  TextField,
  type TextFieldProps,
  ToggleButton,
} from "react-aria-components";

type Props = TextFieldProps & { label: string; help?: string; rows?: number };

/**
 * Judges a field that is marked again as it is typed. React Aria does so when the field loses its focus: the button below
 * would then move away from the pointer that is pressing it.
 */
function judgeAgain({ currentTarget: field }: FormEvent): void {
  if (field.getAttribute("aria-invalid") === "true") field.dispatchEvent(new Event("change"));
}

/** A line of text, or with `rows` several. */
export function TextInput({ label, help, rows, ...props }: Props) {
  return (
    <TextField {...props} className="field">
      <Label>{label}</Label>
      {rows === undefined ? <Input onInput={judgeAgain} /> : <TextArea rows={rows} onInput={judgeAgain} />}
      {help && <Text slot="description">{help}</Text>}
      <FieldError />
    </TextField>
  );
}

/** A password, which can be looked at. */
export function PasswordInput({ label, help, ...props }: Props) {
  const [isShown, setShown] = useState(false);
  return (
    <TextField isRequired {...props} type={isShown ? "text" : "password"} className="field">
      <Label>{label}</Label>
      <div className="with-button">
        <Input onInput={judgeAgain} />
        <ToggleButton className="button quiet" isSelected={isShown} onChange={setShown} aria-label={`Show: ${label}`}>
          {isShown ? "Hide" : "Show"}
        </ToggleButton>
      </div>
      {help && <Text slot="description">{help}</Text>}
      <FieldError />
    </TextField>
  );
}

/** A new password, with the rules that the API has for it. */
export function NewPasswordInput() {
  return (
    <PasswordInput
      name="password"
      label="New password"
      autoComplete="new-password"
      minLength={8}
      maxLength={256}
      help="At least 8 characters. A few words that nobody else would put together are best."
    />
  );
}

type ToggleProps = { name: string; label: string; help?: string; isOn?: boolean };

/** On or off. */
export function Toggle({ name, label, help, isOn }: ToggleProps) {
  const id = useId();
  const toggle = (
    <Switch
      name={name}
      value="yes"
      defaultSelected={isOn ?? false}
      className="switch"
      {...(help && { "aria-describedby": id })}
    >
      <span className="track" />
      {label}
    </Switch>
  );
  if (!help) return toggle;
  return (
    <div className="field">
      {toggle}
      <span slot="description" id={id}>
        {help}
      </span>
    </div>
  );
}

type Option = { value: string; label: string };

/** A choice from a short list. */
export function Choice(props: {
  label: string;
  value: string;
  options: readonly Option[];
  onChange: (value: string) => void;
}) {
  return (
    <label className="choice">
      <span>{props.label}</span>
      <select value={props.value} onChange={(event) => props.onChange(event.target.value)}>
        {props.options.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}
