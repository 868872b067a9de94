/** With what the agent hears and speaks, where their telephone is in the browser. */

import { NativeSelect, Switch } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { useSettings } from "../../desk/settings.ts";
import { usePhone } from "../context.ts";

type Use = "microphone" | "speaker" | "ringer";

const KINDS: Record<Use, MediaDeviceKind> = {
  microphone: "audioinput",
  speaker: "audiooutput",
  ringer: "audiooutput",
};

export function DeviceSettings() {
  const { t } = useTranslation();
  const phone = usePhone();
  const isHere = useStore(phone.store, ({ line }) => line.at !== "none");
  const settings = useSettings();
  const devices = useDevices(isHere);
  if (!isHere) return null;
  return (
    <>
      <Switch
        label={t("phone.takes")}
        description={t("phone.takesHint")}
        checked={settings.takes}
        onChange={({ currentTarget: { checked } }) => settings.set({ takes: checked })}
      />
      {(["microphone", "speaker", "ringer"] as const).map((use) => {
        const fitting = devices.filter(({ kind }) => kind === KINDS[use]);
        // A browser that lets nobody choose, or tells no names before it was allowed to listen.
        if (fitting.length === 0) return null;
        return (
          <NativeSelect
            key={use}
            label={t(`phone.device.${use}`)}
            value={settings[use] ?? ""}
            onChange={({ currentTarget: { value } }) => {
              settings.set({ [use]: value || null });
              phone.devicesChosen();
            }}
            data={[
              { value: "", label: t("phone.systemDevice") },
              ...fitting.map(({ deviceId, label }) => ({ value: deviceId, label })),
            ]}
          />
        );
      })}
    </>
  );
}

/** The devices that have names, as they come and go; `default` is the system's, which has a line of its own. */
function useDevices(wanted: boolean): readonly MediaDeviceInfo[] {
  const [devices, setDevices] = useState<readonly MediaDeviceInfo[]>([]);
  useEffect(() => {
    const { mediaDevices } = navigator;
    if (!wanted || !mediaDevices) return;
    const look = () => {
      mediaDevices.enumerateDevices().then(
        (all) => setDevices(all.filter(({ deviceId, label }) => label !== "" && deviceId !== "default")),
        () => setDevices([]),
      );
    };
    look();
    mediaDevices.addEventListener("devicechange", look);
    return () => mediaDevices.removeEventListener("devicechange", look);
  }, [wanted]);
  return devices;
}
