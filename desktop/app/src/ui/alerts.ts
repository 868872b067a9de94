/** Calls the agent: a sound, a notification of the system, the title of the page. */

import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useSettings } from "../desk/settings.ts";
import { offers, taskItem, whatWaits } from "../model/tasks.ts";
import { useDesk, useDeskState } from "./context.ts";
import { useNotices } from "./notices.ts";

let audio: AudioContext | null = null;

/** Two soft tones, made here: there is no file to fetch. A page that was never touched is not allowed to sound. */
function chime(): void {
  audio ??= new AudioContext();
  void audio.resume();
  for (const [delay, hertz] of [
    [0, 660],
    [0.14, 880],
  ] as const) {
    const at = audio.currentTime + delay;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.2, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.35);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.4);
  }
}

/** Whether the agent has this page before them. */
function isWatched(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}

export function useAlerts(): void {
  const desk = useDesk();
  const { t } = useTranslation();
  const reservations = useDeskState((state) => state.reservations);
  const known = useRef(new Set<string>());
  useEffect(() => {
    const { sound, notifications } = useSettings.getState();
    const state = { ...desk.store.getState(), reservations };
    const shown = new Set<string>();
    for (const offer of offers(state)) {
      shown.add(offer.sid);
      if (known.current.has(offer.sid)) continue;
      if (sound) chime();
      if (notifications && !isWatched() && Notification.permission === "granted") {
        const { name } = taskItem(state, offer);
        // What the customer says stays on the page: notifications are shown on locked screens.
        const notice = new Notification(t("offer.title"), { body: name ?? "", tag: offer.sid });
        notice.onclick = () => {
          window.focus();
          notice.close();
        };
      }
    }
    known.current = shown;
  }, [desk, reservations, t]);

  const refused = useDeskState((state) => state.refused);
  const notify = useNotices((notices) => notices.add);
  useEffect(() => {
    if (refused) notify({ tone: "bad", text: t("later.refused", { why: refused.reason ?? "" }) });
  }, [refused, notify, t]);

  const waiting = useDeskState(whatWaits);
  useEffect(() => {
    document.title = waiting > 0 ? `(${waiting}) ${t("app")}` : t("app");
  }, [waiting, t]);
}
