/** What dev/build/common-passwords.ts makes before the first build or test: common passwords, sorted and packed. */
export const packed: string;
