/** A recording or another sound, at the speed that the agent likes. */

import { NativeSelect } from "@mantine/core";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import css from "./ContentView.module.css";

const SPEEDS = [1, 1.25, 1.5, 2];

interface Props {
  href: string;
  name: string;
  onError: () => void;
}

export function SoundView({ href, name, onError }: Props) {
  const { t } = useTranslation();
  const audio = useRef<HTMLAudioElement>(null);
  const [speed, setSpeed] = useState(1);
  const set = (speed: number) => {
    setSpeed(speed);
    if (audio.current) audio.current.playbackRate = speed;
  };
  return (
    <div className={css.sound}>
      {/* biome-ignore lint/a11y/useMediaCaption: there is none */}
      <audio
        ref={audio}
        controls
        preload="none"
        src={href}
        onError={onError}
        // A source that is loaded anew begins at its own speed.
        onPlay={({ currentTarget }) => {
          currentTarget.playbackRate = speed;
        }}
        aria-label={name}
      />
      <NativeSelect
        size="xs"
        aria-label={t("call.speed")}
        value={String(speed)}
        onChange={({ currentTarget: { value } }) => set(Number(value))}
        data={SPEEDS.map((speed) => ({ value: String(speed), label: `${speed}×` }))}
      />
    </div>
  );
}
