/** By which of the customer's addresses the message goes. */

import { Button, Menu } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Possible } from "../protocol/frames.ts";
import type { Address, Contact, Conversation } from "../protocol/generated.ts";
import { ChannelIcon } from "./ChannelIcon.tsx";
import { useChannelName } from "./channelName.ts";

interface Props {
  conversation: Conversation;
  contact: Contact | undefined;
  /** None: the address that the customer last used. */
  to: Possible | null;
  choose: (to: Possible | null) => void;
}

export function ChannelChoice({ conversation, contact, to, choose }: Props) {
  const { t } = useTranslation();
  const channelName = useChannelName();
  const last = conversation.address;
  const identities = contact?.identities ?? [last];
  const current = to ?? last;
  const others = identities.filter((identity) => !isSame(identity, last));
  return (
    <Menu position="top-start" disabled={others.length === 0}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          size="compact-md"
          leftSection={<ChannelIcon channel={current.channel} silent />}
          rightSection={others.length > 0 && <IconChevronDown size={14} aria-hidden />}
          aria-label={`${t("composer.channel")}: ${channelName(current.channel)}`}
        >
          {channelName(current.channel)}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t("composer.channel")}</Menu.Label>
        {[last, ...others].map((identity) => (
          <Menu.Item
            key={`${identity.channel} ${identity.account} ${identity.id}`}
            leftSection={<ChannelIcon channel={identity.channel} silent />}
            aria-current={isSame(identity, current) || undefined}
            onClick={() => choose(isSame(identity, last) ? null : identity)}
          >
            {channelName(identity.channel)} · <bdi>{identity.id}</bdi>
            {isSame(identity, last) && ` (${t("composer.lastUsed")})`}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function isSame(a: Address, b: Address): boolean {
  return a.channel === b.channel && a.account === b.account && a.id === b.id;
}
