/**
 * A line over Twilio's Voice SDK. The only file that knows it, and loaded for those who have a telephone only.
 */

import { type Call, Device, type TwilioError } from "@twilio/voice-sdk";
import type { Devices, Line, Listener, OpenLine } from "./line.ts";

/** A token is exchanged so long before it lapses: time for a few tries. */
const RENEW_MS = 60_000;

/** The SDK's own sounds lie on a host of Twilio's. The desk has a bell of its own, and needs no others. */
const SILENT = ["incoming", "outgoing", "disconnect", ..."0123456789hs".split("").map((key) => `dtmf${key}`)];

/** Twilio's codes: "Access Token expired or expiration date invalid", "JWT token expired". */
const TOKEN_ENDED = [20104, 31205];
/** "Access Token invalid", "Authentication failed", "JWT token validation failed", and the like. */
const TOKEN_REFUSED = [20101, 20103, 20151, 31201, 31202, 31204];
/** "PermissionDeniedError", "AcquisitionFailedError" of the microphone. */
const MICROPHONE_DENIED = 31401;
const NO_MICROPHONE = 31402;

export const openTwilioLine: OpenLine = (token, devices, listener) =>
  new TwilioLine(token, devices, listener);

class TwilioLine implements Line {
  readonly #device: Device;
  readonly #listener: Listener;
  #devices: Devices;
  #call: Call | null = null;

  constructor(token: string, devices: Devices, listener: Listener) {
    this.#listener = listener;
    this.#devices = devices;
    const quiet = new URL("sounds/quiet.wav", document.baseURI).href;
    this.#device = new Device(token, {
      appName: "Patchbay",
      closeProtection: true,
      // What most networks carry best comes first.
      codecPreferences: ["opus", "pcmu"] as Call.Codec[],
      sounds: Object.fromEntries(SILENT.map((name) => [name, quiet])),
      tokenRefreshMs: RENEW_MS,
    });
    const { audio } = this.#device;
    // A ring that is waited for delays the call: the desk rings by itself.
    audio?.incoming(false);
    audio?.outgoing(false);
    audio?.disconnect(false);
    this.#device.on("registered", () => listener.tell({ type: "registered" }));
    this.#device.on("unregistered", () => listener.tell({ type: "lost" }));
    this.#device.on("tokenWillExpire", () => listener.tell({ type: "token_ends" }));
    this.#device.on("error", (error: TwilioError.TwilioError) => this.#failed(error));
    this.#device.on("incoming", (call: Call) => this.#incoming(call));
    // What goes wrong with it is told by `error`; the SDK then tries again.
    this.#device.register().catch(() => undefined);
  }

  renew(token: string): void {
    this.#device.updateToken(token);
  }

  take(): void {
    const call = this.#call;
    if (call) void this.#plugIn().then(() => call.accept());
  }

  decline(): void {
    this.#call?.reject();
    this.#call = null;
  }

  hangUp(): void {
    this.#call?.disconnect();
  }

  mute(on: boolean): void {
    this.#call?.mute(on);
  }

  press(digits: string): void {
    this.#call?.sendDigits(digits);
  }

  use(devices: Devices): void {
    this.#devices = devices;
    if (this.#call) void this.#plugIn();
  }

  close(): void {
    this.#call = null;
    this.#device.destroy();
  }

  /** Uses the chosen devices; one that is gone is no reason not to talk by the system's. */
  async #plugIn(): Promise<void> {
    const { audio } = this.#device;
    if (!audio) return;
    const { microphone, speaker } = this.#devices;
    const isThere = (list: Map<string, MediaDeviceInfo>, id: string | null) => id !== null && list.has(id);
    if (microphone !== null && isThere(audio.availableInputDevices, microphone)) {
      await audio.setInputDevice(microphone).catch(() => undefined);
    }
    if (audio.isOutputSelectionSupported) {
      const output = speaker !== null && isThere(audio.availableOutputDevices, speaker) ? speaker : "default";
      await audio.speakerDevices.set(output).catch(() => undefined);
    }
  }

  #incoming(call: Call): void {
    if (this.#call) {
      call.ignore();
      return;
    }
    this.#call = call;
    const { tell } = this.#listener;
    const over = () => {
      if (this.#call !== call) return;
      this.#call = null;
      // The microphone is let go: a light that stays on says that somebody listens.
      this.#device.audio?.unsetInputDevice().catch(() => undefined);
      tell({ type: "over" });
    };
    call.on("accept", () => tell({ type: "connected" }));
    call.on("reconnecting", () => tell({ type: "call_lost" }));
    call.on("reconnected", () => tell({ type: "call_back" }));
    call.on("cancel", over);
    call.on("disconnect", over);
    call.on("reject", over);
    call.on("error", (error: TwilioError.TwilioError) => {
      if (error.code === MICROPHONE_DENIED || error.code === NO_MICROPHONE) this.#failed(error);
      else if (call.status() === "closed") over();
    });
    this.#listener.incoming(call.parameters.From ?? null);
  }

  #failed({ code, message }: TwilioError.TwilioError): void {
    const { tell } = this.#listener;
    if (TOKEN_ENDED.includes(code)) tell({ type: "token_ended" });
    else if (TOKEN_REFUSED.includes(code)) tell({ type: "problem", why: "token_refused", message });
    else if (code === MICROPHONE_DENIED) tell({ type: "problem", why: "microphone_denied", message });
    else if (code === NO_MICROPHONE) tell({ type: "problem", why: "no_microphone", message });
    // Everything else is a connection that the SDK makes anew.
    else tell({ type: "lost" });
  }
}
