interface ImportMetaEnv {
  /** The origin of the API, where it is not the page's own. */
  readonly VITE_API_URL?: string;
}
