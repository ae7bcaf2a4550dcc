const units = [
  ["MiB", 2 ** 20],
  ["MB", 1e6],
  ["KiB", 2 ** 10],
  ["kB", 1e3],
] as const;

/** Words a number of bytes without rounding: `1 MiB`, `5 MB`, `1500 bytes`. */
export function sizeInWords(bytes: number): string {
  const [unit, size] = units.find(([, size]) => bytes >= size && bytes % size === 0) ?? ["bytes", 1];
  return `${bytes / size} ${unit}`;
}
