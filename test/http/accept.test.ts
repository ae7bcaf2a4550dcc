import { describe, expect, it } from "vitest";
import { preferredType } from "../../src/http/accept.ts";

describe("Accept", () => {
  it.each([
    [undefined, "application/x-ndjson"],
    ["", "application/x-ndjson"],
    ["*/*", "application/x-ndjson"],
    ["text/csv", "text/csv"],
    ["TEXT/CSV; charset=utf-8", "text/csv"],
    ["text/*", "text/csv"],
    ["application/*, text/csv", "application/x-ndjson"],
    ["text/csv, application/x-ndjson", "application/x-ndjson"],
    ["text/csv, application/x-ndjson;q=0.9", "text/csv"],
    ["text/csv, */*;q=0.1", "text/csv"],
    ["text/csv;q=0.001, application/x-ndjson;q=0", "text/csv"],
    ["*/*, application/x-ndjson;q=0", "text/csv"],
    ["application/json, text/html, */* ; q = 0.5", "application/x-ndjson"],
    ["text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "application/x-ndjson"],
    ["text/csv;q=.9, application/x-ndjson;q=.8", "text/csv"],
    ["application/json", undefined],
    ["text/html, image/*", undefined],
    ["*/*;q=0", undefined],
    ["text/csv;q=2", undefined],
    ["text/csv;q=1.5", undefined],
    ["text/csv;q=", undefined],
    [",;,;q=1,/", undefined],
    ["text/csv,".repeat(50_000), "text/csv"],
  ])("%.60s prefers %s", (header, type) => {
    expect(preferredType(header, ["application/x-ndjson", "text/csv"])).toBe(type);
  });
});
