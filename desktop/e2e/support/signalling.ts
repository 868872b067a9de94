/**
 * Twilio's signalling as its Voice SDK meets it, on this machine: a WebSocket over TLS that speaks JSON. What is played
 * is listening, registering, being called, hanging up and losing the connection; the sound of a call is a real
 * WebRTC connection to a page of the test (`Gateway`).
 */

import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { type WebSocket, WebSocketServer } from "ws";
import { until } from "./center.ts";

interface Said {
  type: string;
  payload: Record<string, unknown>;
}

export class Signalling {
  readonly #server: Server;
  readonly #sockets = new Set<WebSocket>();
  /** What the SDK said, in order. */
  readonly said: Said[] = [];
  /** Hosts that were asked, by their names in the requests. */
  readonly hosts = new Set<string>();
  /** Seconds that the SDK is told its token is still good. */
  ttl_s = 3_600;
  /** Whether tokens are believed. */
  believes = true;

  private constructor(
    server: Server,
    private readonly secret: string,
  ) {
    this.#server = server;
    server.on("request", (request, response) => {
      this.hosts.add(request.headers.host ?? "");
      response.setHeader("access-control-allow-origin", "*");
      response.setHeader("access-control-allow-headers", "*");
      response.end();
    });
    new WebSocketServer({ server, path: "/signal" }).on("connection", (socket, request) => {
      this.hosts.add(request.headers.host ?? "");
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("message", (data) => this.#hear(socket, String(data)));
    });
  }

  /** `secret`: that of the account's API key. */
  static async start(secret: string): Promise<Signalling> {
    const server = createServer(certificate());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Signalling(server, secret);
  }

  /** What a browser is told so that it looks for Twilio here. */
  get chromium(): string[] {
    const { port } = this.#server.address() as AddressInfo;
    return [
      `--host-resolver-rules=MAP *.twilio.com 127.0.0.1:${port}`,
      "--ignore-certificate-errors",
      "--use-fake-device-for-media-stream",
      "--allow-loopback-in-peer-connection",
      "--autoplay-policy=no-user-gesture-required",
    ];
  }

  stop(): void {
    for (const socket of this.#sockets) socket.terminate();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** The connection breaks. */
  drop(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  heard(type: string, count = 1): Promise<Said> {
    return until(async () => this.said.filter((said) => said.type === type)[count - 1]);
  }

  invite(callsid: string, sdp: string, parameters: Record<string, string>): void {
    this.#tell("invite", { callsid, sdp, parameters: { CallSid: callsid, ...parameters } });
  }

  hangUp(callsid: string): void {
    this.#tell("hangup", { callsid });
  }

  /** Whoever called has given up before it was taken. */
  cancel(callsid: string): void {
    this.#tell("cancel", { callsid });
  }

  #tell(type: string, payload: Record<string, unknown>): void {
    for (const socket of this.#sockets) socket.send(JSON.stringify({ type, payload, version: "1.6" }));
  }

  #hear(socket: WebSocket, text: string): void {
    // A heartbeat is an empty line.
    if (text.trim() === "") return;
    const said = JSON.parse(text) as Said;
    this.said.push(said);
    const answer = (type: string, payload: Record<string, unknown>) =>
      socket.send(JSON.stringify({ type, payload, version: "1.6" }));
    if (said.type === "listen") {
      const identity = this.believes ? this.#identity(String(said.payload.token)) : null;
      const error = { code: 31204, message: "JWT token validation failed" };
      if (identity === null) answer("error", { error });
      else
        answer("connected", {
          region: "US_EAST_VIRGINIA",
          edge: "ashburn",
          home: "us1",
          token: { identity, ttl: this.ttl_s },
        });
    }
    if (said.type === "register") answer("ready", {});
  }

  /** Whom a token makes callable; nobody where another secret signed it. */
  #identity(token: string): string | null {
    const [header = "", claims = "", tag = ""] = token.split(".");
    const expected = createHmac("sha256", this.secret).update(`${header}.${claims}`).digest("base64url");
    if (tag !== expected) return null;
    const { grants } = JSON.parse(Buffer.from(claims, "base64url").toString()) as {
      grants: { identity: string; voice: { incoming: { allow: boolean } } };
    };
    return grants.voice.incoming.allow ? grants.identity : null;
  }
}

/** A certificate that nobody believes, made anew. */
function certificate(): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), "patchbay-signalling-"));
  try {
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
    const name = ["-subj", "/CN=localhost", "-keyout", key, "-out", cert];
    execFileSync("openssl", ["req", "-x509", ...kind, ...name], { stdio: "ignore" });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The other end of a call's sound: a peer connection in a page, with a tone to be heard. */
export class Gateway {
  constructor(private readonly page: Page) {}

  /** What is offered to the telephone. */
  offer(): Promise<string> {
    return this.page.evaluate(async () => {
      const peer = new RTCPeerConnection();
      // Sound that nobody plays is not decoded, and has no energy.
      const ear = new Audio();
      peer.addEventListener("track", ({ streams: [stream] }) => {
        ear.srcObject = stream ?? null;
        void ear.play();
      });
      Object.assign(window, { peer, ear });
      const context = new AudioContext();
      const tone = context.createOscillator();
      const out = context.createMediaStreamDestination();
      tone.connect(out);
      tone.start();
      const [track] = out.stream.getAudioTracks();
      if (track) peer.addTrack(track, out.stream);
      await peer.setLocalDescription(await peer.createOffer());
      while (peer.iceGatheringState !== "complete") {
        await new Promise((resolve) =>
          peer.addEventListener("icegatheringstatechange", resolve, { once: true }),
        );
      }
      return peer.localDescription?.sdp ?? "";
    });
  }

  async answer(sdp: string): Promise<void> {
    await this.page.evaluate(async (sdp) => {
      const { peer } = window as unknown as { peer: RTCPeerConnection };
      await peer.setRemoteDescription({ type: "answer", sdp });
    }, sdp);
  }

  /** How much sound has come since the call began. */
  energy(): Promise<number> {
    return this.page.evaluate(async () => {
      const { peer } = window as unknown as { peer: RTCPeerConnection };
      let energy = 0;
      for (const report of (await peer.getStats()).values()) {
        if (report.type === "inbound-rtp") energy += report.totalAudioEnergy ?? 0;
      }
      return energy;
    });
  }
}
