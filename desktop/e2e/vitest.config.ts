import { defineConfig } from "vitest/config";

/** A slow machine builds and tests other things at the same time. */
const STORY_MS_MAX = 180_000;
const WAIT_MS_MAX = 30_000;

export default defineConfig({
  test: {
    include: ["*.test.ts"],
    testTimeout: STORY_MS_MAX,
    hookTimeout: STORY_MS_MAX,
    expect: { poll: { timeout: WAIT_MS_MAX } },
    // Each story has a center and a browser of its own: one after the other is gentler than all at once.
    fileParallelism: false,
  },
});
