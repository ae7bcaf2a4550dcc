/** Lets the browser save a file. */
export function saveFile(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The download has begun by the next turn of the page's loop.
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}
