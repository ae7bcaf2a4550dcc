import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { Label, ProgressBar } from "react-aria-components";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Choice } from "../parts/fields.tsx";
import { Failure } from "../parts/problem.tsx";
import { saveFile } from "../parts/save-file.ts";
import { countItems, downloadItems, type Format, formats } from "./download.ts";

type Progress = { done: number; total: number };

/** Saves all items as a file, and says how far it is. */
export function ExportItems() {
  const [isOpen, setOpen] = useState(false);
  const [format, setFormat] = useState<Format>("csv");
  const [progress, setProgress] = useState<Progress>();
  const stop = useRef<AbortController>(null);
  const { mutate, reset, error, isPending, isSuccess } = useMutation({
    mutationFn: async () => {
      stop.current = new AbortController();
      const { signal } = stop.current;
      const total = await countItems(signal);
      setProgress({ done: 0, total });
      const content = await downloadItems(format, signal, (done) => setProgress({ done, total }));
      saveFile(formats[format].file, content);
    },
  });
  const close = () => {
    stop.current?.abort();
    reset();
    setProgress(undefined);
    setOpen(false);
  };
  return (
    <>
      <Button look="quiet" onPress={() => setOpen(true)}>
        Export
      </Button>
      <Dialog title="Export all items" isOpen={isOpen} onClose={close}>
        <Choice
          label="Format"
          value={format}
          options={(Object.keys(formats) as Format[]).map((value) => ({ value, label: formats[value].label }))}
          onChange={(value) => setFormat(value as Format)}
        />
        {progress && <Bar {...progress} />}
        {isSuccess && (
          <p className="note" role="status">
            {formats[format].file} is saved.
          </p>
        )}
        {/* A transfer that breaks off is no file: nothing is saved. */}
        <Failure error={error} />
        <div className="row">
          <Button look="primary" onPress={() => mutate()} isPending={isPending}>
            {error ? "Try again" : "Save the file"}
          </Button>
          <Button onPress={close}>{isPending ? "Stop" : "Close"}</Button>
        </div>
      </Dialog>
    </>
  );
}

function Bar({ done, total }: Progress) {
  // Items may come and go meanwhile.
  const most = Math.max(done, total, 1);
  return (
    <ProgressBar value={done} maxValue={most} valueLabel={`${done} of ${most}`} className="progress">
      {({ percentage, valueText }) => (
        <>
          <Label>Items</Label>
          <span>{valueText}</span>
          <div className="rail">
            <div className="fill" style={{ width: `${percentage ?? 0}%` }} />
          </div>
        </>
      )}
    </ProgressBar>
  );
}
