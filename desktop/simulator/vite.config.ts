import { defineConfig } from "vite";

/** Two pages: the simulator, and a site that has the widget on it. */
export default defineConfig({
  base: "/simulator/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2023",
    // The policy of these pages allows no inline script and no data: URL for one.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ["index.html", "site.html"] },
  },
  server: { proxy: { "/simulator/api": "http://127.0.0.1:8080", "/widget.js": "http://127.0.0.1:8080" } },
});
