/** A contact's picture: the first letters of the name, or the mark of the channel where there is no name. */

import { Avatar } from "@mantine/core";
import type { ChannelKind } from "../protocol/generated.ts";
import { ChannelIcon } from "./ChannelIcon.tsx";
import { initials } from "./format.ts";

export function Picture({
  name,
  channel,
  size,
}: {
  name: string;
  channel: ChannelKind | null;
  size: number;
}) {
  const letters = initials(name);
  return letters ? (
    <Avatar radius="xl" size={size} color="initials" name={name} aria-hidden>
      {letters}
    </Avatar>
  ) : (
    <Avatar radius="xl" size={size} aria-hidden>
      <ChannelIcon channel={channel} size={size / 2} silent />
    </Avatar>
  );
}
