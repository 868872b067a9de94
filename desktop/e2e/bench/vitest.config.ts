import { defineConfig } from "vitest/config";

const MEASURE_MS_MAX = 900_000;

/** Measurements of the pages. They print, and fail only where something does not come at all. */
export default defineConfig({
  test: {
    include: ["*.bench.ts"],
    testTimeout: MEASURE_MS_MAX,
    hookTimeout: MEASURE_MS_MAX,
    fileParallelism: false,
    disableConsoleIntercept: true,
    reporters: [["default", { summary: false }]],
  },
});
