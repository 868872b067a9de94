/** A visitor at the widget of somebody else's page. */

import type { Page } from "playwright-core";
import { Agent } from "./agent.ts";
import type { Center } from "./center.ts";

export class Visitor {
  constructor(readonly page: Page) {}

  open(): Promise<void> {
    return this.page.getByRole("button", { name: "Open chat" }).click();
  }

  async says(text: string): Promise<void> {
    const field = this.page.locator("patchbay-chat .composer textarea");
    await field.fill(text);
    await field.press("Enter");
  }

  sees(text: string): Promise<void> {
    const bubble = this.page.locator("patchbay-chat .bubble", { hasText: text }).first();
    return bubble.waitFor({ timeout: 20_000 });
  }

  /** Leads the visitor from the robot to an agent; the page's language is the visitor's, so they are not asked. */
  async reach(center: Center, name: string) {
    const agent = await Agent.signIn(center, name);
    await this.says("live agent");
    await this.sees("One moment");
    return { agent, ...(await agent.accepts()) };
  }
}
