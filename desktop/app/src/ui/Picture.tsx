/** A contact's picture, where their provider shows one; else the first letters of the name, or the mark of the channel where there is no name. */

import { Avatar } from "@mantine/core";
import type { ChannelKind } from "../protocol/generated.ts";
import { ChannelIcon } from "./ChannelIcon.tsx";
import { initials } from "./format.ts";

export function Picture({
  name,
  channel,
  size,
  src,
}: {
  name: string;
  src?: string | undefined;
  channel: ChannelKind | null;
  size: number;
}) {
  const letters = initials(name);
  return letters ? (
    <Avatar radius="xl" size={size} color="initials" name={name} src={src ?? null} aria-hidden>
      {letters}
    </Avatar>
  ) : (
    <Avatar radius="xl" size={size} src={src ?? null} aria-hidden>
      <ChannelIcon channel={channel} size={size / 2} silent />
    </Avatar>
  );
}
