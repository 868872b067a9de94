import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** A running center, for `npm run dev`. */
const center = process.env.PATCHBAY_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  base: "/desktop/",
  plugins: [react()],
  build: {
    target: "es2023",
    // Inlined files would be data: addresses, and the polyfill a script of its own: neither fits the page's policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      "/api": center,
      "/desktop/config.json": center,
      "/agent": { target: center, ws: true },
    },
  },
  test: { include: ["src/**/*.test.ts"] },
});
