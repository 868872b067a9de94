/** Somebody who can be chosen: their mark, their name, and for an agent what they do now. */

import { UnstyledButton } from "@mantine/core";
import { IconUser } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Colleague } from "../session/api.ts";
import css from "./TargetList.module.css";

interface Props {
  name: string;
  mark: typeof IconUser;
  choose: () => void;
  children?: ReactNode;
}

export function Target({ name, mark: Mark, choose, children }: Props) {
  return (
    <li>
      <UnstyledButton className={css.target} onClick={choose}>
        <Mark size={18} stroke={1.75} aria-hidden />
        <bdi>{name}</bdi>
        {children}
      </UnstyledButton>
    </li>
  );
}

export function Agent({ agent, choose }: { agent: Colleague; choose: () => void }) {
  const { t } = useTranslation();
  const { friendly_name, activity_name, available, connected } = agent;
  return (
    <Target name={friendly_name} mark={IconUser} choose={choose}>
      <span className={css.state} data-available={available && connected}>
        {connected || !available ? activity_name : t("transfer.away")}
      </span>
    </Target>
  );
}
