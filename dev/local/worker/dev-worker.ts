/** The Worker of `npm run dev`: src/index.ts. */
import worker, { PasswordHasher, TaskAlarm } from "../../../src/index.ts";
import { forDevelopment } from "./for-development.ts";

export { PasswordHasher, TaskAlarm };

export default forDevelopment(worker);
