import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { paths } from "./src/paths.ts";

/** Lets a page load its own files only, and be framed by nobody. React Aria sets styles from its scripts. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  `connect-src 'self' ${process.env.VITE_API_URL ?? ""}`.trim(),
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A file for each page, and the headers that Cloudflare gives them. */
function pages(): Plugin {
  return {
    name: "pages",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      const index = bundle["index.html"];
      if (index?.type !== "asset") throw new Error("The build has no index.html.");
      const headers = ["/app/*", "  Cache-Control: public, max-age=31536000, immutable"];
      for (const path of paths) {
        // Referrers would have the token of a mailed link.
        headers.push(path, `  Content-Security-Policy: ${policy}`, "  Referrer-Policy: no-referrer");
        if (path !== "/") {
          this.emitFile({ type: "asset", fileName: `${path.slice(1)}.html`, source: index.source });
        }
      }
      this.emitFile({ type: "asset", fileName: "_headers", source: `${headers.join("\n")}\n` });
    },
  };
}

const worker = `http://localhost:${process.env.PORT || 8787}`;

export default defineConfig({
  plugins: [react(), pages()],
  build: {
    // A folder of its own, whose names have hashes: browsers keep its files for a year.
    assetsDir: "app",
    assetsInlineLimit: 0,
    target: "baseline-widely-available",
    // React and React Aria are most of the app, and change more rarely than it.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "libraries", test: /node_modules/ }] } } },
    chunkSizeWarningLimit: 700,
  },
  server: { port: 5173, strictPort: true, proxy: { "/api": worker, "/version": worker } },
});
