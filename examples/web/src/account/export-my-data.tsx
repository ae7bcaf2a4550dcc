import { unwrap } from "@plinth/client";
import { useMutation } from "@tanstack/react-query";
import { api } from "../api.ts";
import { Button } from "../parts/button.tsx";
import { Failure } from "../parts/problem.tsx";
import { saveFile } from "../parts/save-file.ts";
import { Section } from "../parts/section.tsx";

export function ExportMyData() {
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: async () => {
      const everything = unwrap(await api.GET("/api/v1/users/me/export"));
      saveFile("my-data.json", new Blob([JSON.stringify(everything, undefined, 2)], { type: "application/json" }));
      return everything;
    },
  });
  return (
    <Section title="Your data" about="Everything that is held about you, as one file.">
      <Failure error={error} />
      {data && (
        <p className="note" role="status">
          {data.is_complete
            ? "my-data.json is saved. It has everything."
            : "my-data.json is saved. Some lists were too long to be in it as a whole: export your items by themselves."}
        </p>
      )}
      <Button onPress={() => mutate()} isPending={isPending}>
        Export my data
      </Button>
    </Section>
  );
}
