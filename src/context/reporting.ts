import { calling } from "../http/outbound.ts";
import { envelopeHeaders, envelopeOf, fingerprintOf } from "../http/sentry.ts";
import { describeError, type Log, type LogEntry } from "../log.ts";
import type { Settings } from "../settings.ts";

/** The errors of this isolate that were reported not long ago, with the time in milliseconds. */
const reported = new Map<string, number>();

/** Milliseconds in which an error is reported once, and the number of different ones in that time. */
const pause = 60_000;
const most = 50;

/** Seconds after which a report is given up. */
const seconds = 3;

type Reporter = {
  settings: Pick<Settings, "SENTRY_DSN" | "CF_VERSION_METADATA" | "VERSION" | "ENVIRONMENT">;
  now: () => Date;
  /** Lets a report go on without anybody waiting for it. It never rejects. */
  later: (report: Promise<void>) => void;
};

/** A log that also reports each error to `SENTRY_DSN`, once a minute. The same log where there is none. */
export function reporting(log: Log, reporter: Reporter): Log {
  if (!reporter.settings.SENTRY_DSN) return log;
  return (entry) => {
    log(entry);
    if (entry.level === "error" && isNew(fingerprintOf(entry), reporter.now().getTime())) {
      reporter.later(send(log, entry, reporter));
    }
  };
}

function isNew(fingerprint: string, now: number): boolean {
  for (const [known, time] of reported) if (now - time >= pause || now < time) reported.delete(known);
  if (reported.has(fingerprint) || reported.size >= most) return false;
  reported.set(fingerprint, now);
  return true;
}

async function send(log: Log, entry: LogEntry, { settings, now }: Reporter): Promise<void> {
  const { SENTRY_DSN: dsn, CF_VERSION_METADATA: uploaded, VERSION, ENVIRONMENT: environment } = settings;
  if (!dsn) return;
  try {
    const body = envelopeOf({ at: now(), release: uploaded?.id || VERSION, environment, fields: entry });
    await calling({}, { seconds, attemptSeconds: seconds }).post(dsn.url, { headers: envelopeHeaders(dsn), body });
  } catch (error) {
    log({ level: "warn", message: "error report failed", cause: describeError(error) });
  }
}
