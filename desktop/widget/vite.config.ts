import { defineConfig } from "vite";

/** One classic script without imports, for pages that know nothing of modules. */
export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    lib: { entry: "src/main.tsx", name: "PatchbayWidget", formats: ["iife"], fileName: () => "widget.js" },
    cssMinify: true,
    sourcemap: true,
  },
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
});
