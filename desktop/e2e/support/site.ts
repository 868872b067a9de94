/** Somebody else's site: another origin, with a strict policy of its own. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export class Site {
  readonly #server: Server;
  readonly url: string;
  /** Attributes of the script tag. */
  attributes = "";
  lang = "en";
  /** Whether the tag is there a second time. */
  twice = false;
  /** A style sheet of the page's own. */
  style = "";
  readonly #center: string;

  private constructor(server: Server, center: string) {
    this.#server = server;
    this.#center = center;
    this.url = `http://localhost:${(server.address() as AddressInfo).port}/`;
  }

  static async start(center: string): Promise<Site> {
    const server = createServer(({ url }, response) => {
      if (url === "/own.css") {
        response.setHeader("content-type", "text/css");
        response.end(site.style);
        return;
      }
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.setHeader("content-security-policy", site.#policy());
      response.end(site.#page());
    });
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    const site = new Site(server, center);
    return site;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** What docs/WIDGET.md asks of a site, and no more. */
  #policy(): string {
    const socket = this.#center.replace("http", "ws");
    return [
      "default-src 'none'",
      `script-src ${this.#center}`,
      `connect-src ${this.#center} ${socket}`,
      `img-src ${this.#center}`,
      ...(this.style ? ["style-src 'self'"] : []),
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join("; ");
  }

  #tag(): string {
    return `<script src="${this.#center}/widget.js" ${this.attributes} async></script>`;
  }

  #page(): string {
    return `<!doctype html>
<html lang="${this.lang}">
<head><meta charset="utf-8"><title>A shop</title>${this.style ? '<link rel="stylesheet" href="/own.css">' : ""}</head>
<body>
<main><h1>A shop</h1><p>Buy a lamp. <a href="#">More</a></p></main>
${this.#tag().repeat(this.twice ? 2 : 1)}
</body>
</html>`;
  }
}
