/** Made by dev/build/common-passwords.ts before the first build or test: common passwords, sorted and packed. */
export const packed: string;
