import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Tests of minutes, the longest first: one that began last would keep the others' worker waiting. */
const longest = [
  "test/dev/make/new.long.test.ts",
  "test/docs/every-block.long.test.ts",
  "test/dev/make/without-the-example.long.test.ts",
  "test/dev/local/server.long.test.ts",
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = longest.findIndex((name) => moduleId.endsWith(name));
      return found === -1 ? longest.length : found;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}
