/** Who is to come into a call: a number, a colleague, whoever is free in a queue. */

import { Button, Modal, Switch, Text, Textarea, TextInput } from "@mantine/core";
import { IconPhoneCalling, IconSearch, IconUsersGroup } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { dialled } from "../../model/calls.ts";
import type { CallEntry } from "../../protocol/frames.ts";
import { useDesk } from "../context.ts";
import { useColleagues, useDeskSettings } from "../queries.ts";
import { Agent, Target } from "../Target.tsx";
import css from "../TargetList.module.css";
import { useTried } from "./useCall.ts";

/** Colleagues that are shown; others are found by their name. */
const SHOWN_MAX = 50;

interface Props {
  call: CallEntry;
  opened: boolean;
  close: () => void;
}

export function AddDialog({ call, opened, close }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t("call.addTitle")}
      lockScroll={false}
      closeButtonProps={{ "aria-label": t("help.close") }}
    >
      {opened && <Choice call={call} close={close} />}
    </Modal>
  );
}

function Choice({ call, close }: { call: CallEntry; close: () => void }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const tried = useTried();
  const { task_queues } = useDeskSettings();
  const colleagues = useColleagues();
  const [typed, setTyped] = useState("");
  const [note, setNote] = useState("");
  const [hold, setHold] = useState(true);
  const number = dialled(typed);
  const fits = ({ friendly_name }: { friendly_name: string }) =>
    friendly_name.toLowerCase().includes(typed.trim().toLowerCase());
  const { task_sid } = call;
  const go = async (act: () => Promise<unknown>) => {
    if (await tried(act)) close();
  };
  const ask = (sid: string) => void go(() => desk.tasks.invite(task_sid, sid, note.trim(), hold));
  const agents = colleagues.filter(fits).slice(0, SHOWN_MAX);
  const queues = task_queues.filter(fits);
  return (
    <div className={css.targets}>
      <TextInput
        data-autofocus
        label={t("call.addWho")}
        description={t("call.numberHint")}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={typed}
        onChange={({ currentTarget: { value } }) => setTyped(value)}
      />
      <Switch
        label={t("call.holdFirst")}
        checked={hold}
        onChange={({ currentTarget: { checked } }) => setHold(checked)}
      />
      {number ? (
        <Button
          leftSection={<IconPhoneCalling size={16} aria-hidden />}
          onClick={() => void go(() => desk.calls.add(task_sid, number, hold))}
        >
          {t("call.callNumber", { number })}
        </Button>
      ) : (
        <>
          <Textarea
            label={t("call.note")}
            autosize
            maxRows={4}
            value={note}
            onChange={({ currentTarget: { value } }) => setNote(value)}
          />
          <div className={css.lists}>
            {agents.length > 0 && <h3 className={css.title}>{t("transfer.agents")}</h3>}
            <ul>
              {agents.map((agent) => (
                <Agent key={agent.sid} agent={agent} choose={() => ask(agent.sid)} />
              ))}
            </ul>
            {queues.length > 0 && <h3 className={css.title}>{t("transfer.queues")}</h3>}
            <ul>
              {queues.map(({ sid, friendly_name }) => (
                <Target key={sid} name={friendly_name} mark={IconUsersGroup} choose={() => ask(sid)} />
              ))}
            </ul>
            {agents.length + queues.length === 0 && <Text c="dimmed">{t("transfer.none")}</Text>}
          </div>
        </>
      )}
    </div>
  );
}
