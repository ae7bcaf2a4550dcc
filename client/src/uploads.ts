/** The body of an upload and its type, beside its parameters: `api.POST("…", { params, ...fileBody(file) })`. */
export function fileBody(file: Blob) {
  // Keeps openapi-fetch from making JSON of the file.
  return { body: file, bodySerializer: () => file, headers: { "Content-Type": file.type } };
}
