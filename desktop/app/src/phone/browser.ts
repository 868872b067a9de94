/** The telephone's world in a browser: the microphone, the bell, the center. */

import { useSettings } from "../desk/settings.ts";
import { type Api, ApiError } from "../session/api.ts";
import type { PhoneWorld } from "./softphone.ts";

/** The center's answer to an agent who has no telephone in the browser. */
const NO_PHONE_STATUS = 409;

export function browserWorld(api: Api, expectsCall: () => boolean): PhoneWorld {
  return {
    token: async () => {
      try {
        return (await api.voiceToken()).token;
      } catch (error) {
        if (error instanceof ApiError && error.status === NO_PHONE_STATUS) return null;
        throw error;
      }
    },
    mayListen,
    askToListen,
    load: async () => (await import("./twilio.ts")).openTwilioLine,
    expectsCall,
    devices: () => {
      const { microphone, speaker } = useSettings.getState();
      return { microphone, speaker };
    },
    ring: bell(),
    after: (ms, call) => {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
  };
}

async function mayListen(): Promise<boolean> {
  try {
    const { state } = await navigator.permissions.query({ name: "microphone" });
    return state === "granted";
  } catch {
    // A browser that does not say is asked when the telephone is taken up.
    return false;
  }
}

async function askToListen(): ReturnType<PhoneWorld["askToListen"]> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of stream.getTracks()) track.stop();
    return "allowed";
  } catch (error) {
    const isDenied = error instanceof DOMException && error.name === "NotAllowedError";
    return isDenied ? "microphone_denied" : "no_microphone";
  }
}

/** Rings on the device that the agent has chosen for it. */
function bell(): PhoneWorld["ring"] {
  let audio: HTMLAudioElement | null = null;
  return {
    start: () => {
      audio ??= new Audio("sounds/ring.wav");
      audio.loop = true;
      const { ringer } = useSettings.getState();
      const ready = "setSinkId" in audio ? audio.setSinkId(ringer ?? "") : Promise.resolve();
      // A device that is gone leaves the system's; a page that was never touched may not sound.
      void ready.catch(() => undefined).then(() => audio?.play().catch(() => undefined));
    },
    stop: () => {
      if (!audio) return;
      audio.pause();
      audio.currentTime = 0;
    },
  };
}
