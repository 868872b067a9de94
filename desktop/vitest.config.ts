import { defineConfig } from "vitest/config";

/** Every package's tests without a browser; those with one are in `e2e/`. */
export default defineConfig({ test: { projects: ["app", "widget", "simulator"] } });
