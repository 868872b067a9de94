/** The name of a channel in the agent's language. */

import { useTranslation } from "react-i18next";
import type { ChannelKind } from "../protocol/generated.ts";

export function useChannelName(): (channel: ChannelKind) => string {
  const { t } = useTranslation();
  return (channel) => t(`channel.${channel}`);
}
