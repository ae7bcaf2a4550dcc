/** `npm run openapi`: writes the OpenAPI document, with the defaults of its settings. `--check` only compares. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createApp } from "../../src/app.ts";
import { describeApi } from "../../src/endpoint/document.ts";
import { settingsTable } from "../../src/settings.ts";
import { CommandError, failWith, projectFolder } from "../config.ts";
import { orSentence, soundEndpoints } from "../endpoints.ts";
import { readTextIfAny } from "../text.ts";

/** The file, below the project's folder. */
export const openapiFile = "openapi.json";

/** Its text, made without a server, settings or a database. */
function openapiText(): string {
  const endpoints = soundEndpoints();
  const { PROJECT_NAME, VERSION } = settingsTable;
  const shown = { PROJECT_NAME: PROJECT_NAME.default, VERSION: VERSION.default, FRONTEND_URL: undefined };
  const document = orSentence(() => describeApi(createApp(endpoints), endpoints, shown));
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  const file = join(projectFolder, openapiFile);
  if (!values.check) {
    await writeFile(file, openapiText());
    console.log(`Written: ${openapiFile}.`);
  } else if ((await readTextIfAny(file)) !== openapiText()) {
    throw new CommandError(`${openapiFile} is stale: run npm run derive.`);
  }
}

if (import.meta.main) await main().catch(failWith);
