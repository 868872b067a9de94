/** The mark of a channel, with its name for those who do not see it. */

import {
  type Icon,
  IconBrandDiscord,
  IconBrandInstagram,
  IconBrandLine,
  IconBrandMessenger,
  IconBrandTelegram,
  IconBrandWhatsapp,
  IconDeviceMobileMessage,
  IconMail,
  IconMessage2,
  IconPhone,
  IconPlug,
  IconWorld,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { ChannelKind } from "../protocol/generated.ts";
import css from "./ChannelIcon.module.css";

const ICONS: Record<ChannelKind, Icon> = {
  sms: IconDeviceMobileMessage,
  voice: IconPhone,
  whatsapp: IconBrandWhatsapp,
  messenger: IconBrandMessenger,
  instagram: IconBrandInstagram,
  line: IconBrandLine,
  discord: IconBrandDiscord,
  google: IconMessage2,
  email: IconMail,
  webchat: IconWorld,
  telegram: IconBrandTelegram,
  custom: IconPlug,
};

interface Props {
  channel: ChannelKind | null;
  size?: number;
  /** The name is beside it already. */
  silent?: boolean;
}

export function ChannelIcon({ channel, size = 16, silent = false }: Props) {
  const { t } = useTranslation();
  const Mark = (channel && ICONS[channel]) ?? IconMessage2;
  const name = channel && Object.hasOwn(ICONS, channel) ? t(`channel.${channel}`) : undefined;
  const label = silent || !name ? { "aria-hidden": true } : { role: "img", "aria-label": name, title: name };
  return (
    <span className={css.icon} data-channel={channel} {...label}>
      <Mark size={size} stroke={1.75} aria-hidden />
    </span>
  );
}
