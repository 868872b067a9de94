/** Queues and agents to choose one of, found by name. */

import { Text, TextInput } from "@mantine/core";
import {
  IconPhoneCalling,
  IconRefresh,
  IconSearch,
  type IconUser,
  IconUsersGroup,
} from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { dialled } from "../model/calls.ts";
import type { WorkerSid } from "../protocol/generated.ts";
import { useColleagues, useDeskSettings } from "./queries.ts";
import { Agent, Target } from "./Target.tsx";
import css from "./TargetList.module.css";

const AGENTS_MAX = 100;

interface Props {
  choose: (to: string, name: string) => void;
  /** Whether the task's workflow is to be chosen, too. */
  workflow?: boolean;
  /** Whether somebody outside can be chosen by number. */
  numbers?: boolean;
  /** Agents who are no choice, besides the agent. */
  without?: readonly WorkerSid[];
}

export function TargetList({ choose, workflow = false, numbers = false, without = [] }: Props) {
  const { t } = useTranslation();
  const { task_queues } = useDeskSettings();
  const colleagues = useColleagues();
  const [typed, setTyped] = useState("");

  const fits = ({ friendly_name }: { friendly_name: string }) =>
    friendly_name.toLowerCase().includes(typed.trim().toLowerCase());
  const queues = task_queues.filter(fits);
  const agents = colleagues.filter((each) => !without.includes(each.sid) && fits(each)).slice(0, AGENTS_MAX);
  const number = numbers ? dialled(typed) : null;
  const target = (to: string, name: string, mark: typeof IconUser) => (
    <Target key={to} name={name} mark={mark} choose={() => choose(to, name)} />
  );
  return (
    <>
      <TextInput
        data-autofocus
        aria-label={t("transfer.search")}
        placeholder={t("transfer.search")}
        description={numbers && t("call.numberHint")}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <div className={css.lists}>
        {queues.length > 0 && <h3 className={css.title}>{t("transfer.queues")}</h3>}
        <ul>
          {queues.map(({ sid, friendly_name }) => target(sid, friendly_name, IconUsersGroup))}
          {number && target(number, t("call.transferTo", { number }), IconPhoneCalling)}
          {workflow && typed === "" && target("workflow", t("transfer.again"), IconRefresh)}
        </ul>
        {agents.length > 0 && <h3 className={css.title}>{t("transfer.agents")}</h3>}
        <ul>
          {agents.map((agent) => (
            <Agent key={agent.sid} agent={agent} choose={() => choose(agent.sid, agent.friendly_name)} />
          ))}
        </ul>
        {queues.length + agents.length === 0 && !number && <Text c="dimmed">{t("transfer.none")}</Text>}
      </div>
    </>
  );
}
