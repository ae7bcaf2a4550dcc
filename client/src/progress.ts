/**
 * A `fetch` for `createClient` that tells the progress of uploads, which browsers report to `XMLHttpRequest` alone. Calls
 * `onProgress` with the bytes that are sent of a request, whose `url` names the upload. JSON goes by the global `fetch`.
 */
export function withProgress(
  onProgress: (request: Request, sent: number, total: number) => void,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const { method, url, headers, credentials, signal } = request;
    // By the type, as Firefox has no `request.body`: a request without a body has none.
    const type = headers.get("Content-Type") ?? "application/json";
    if (/^application\/json/.test(type)) return fetch(request);
    const body = await request.blob();
    return new Promise((resolve, reject) => {
      const sending = new XMLHttpRequest();
      sending.open(method, url);
      headers.forEach((value, name) => {
        sending.setRequestHeader(name, value);
      });
      sending.withCredentials = credentials === "include";
      sending.responseType = "blob";
      sending.upload.onprogress = ({ loaded, total }) => onProgress(request, loaded, total);
      sending.onload = () => resolve(answerOf(sending));
      sending.onerror = () => reject(new TypeError("Failed to fetch"));
      sending.onabort = () => reject(signal.reason);
      signal.addEventListener("abort", () => sending.abort());
      if (signal.aborted) reject(signal.reason);
      else sending.send(body);
    });
  };
}

function answerOf(sent: XMLHttpRequest): Response {
  const { status, statusText } = sent;
  const lines = sent.getAllResponseHeaders().split("\r\n").filter(Boolean);
  const headers = lines.map((line): [string, string] => [line.replace(/:.*/s, ""), line.replace(/^[^:]*: ?/, "")]);
  // Such an answer may have no body, not even an empty one.
  const body = status === 204 || status === 304 ? null : sent.response;
  return new Response(body, { status, statusText, headers });
}
