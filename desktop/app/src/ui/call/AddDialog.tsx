/** Who is to come into a call: a number, a colleague, whoever is free in a queue. */

import { Button, Modal, Switch, Text, Textarea, TextInput, UnstyledButton } from "@mantine/core";
import { IconPhoneCalling, IconSearch, IconUser, IconUsersGroup } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { dialled } from "../../model/calls.ts";
import type { CallEntry } from "../../protocol/frames.ts";
import { useDesk, useDeskState } from "../context.ts";
import { useDeskSettings, useWorkers } from "../queries.ts";
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
  const me = useDeskState((state) => state.worker?.sid);
  const { task_queues } = useDeskSettings();
  const { data: workers = [] } = useWorkers(true);
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
  const target = ({ sid, friendly_name }: { sid: string; friendly_name: string }, Mark: typeof IconUser) => (
    <li key={sid}>
      <UnstyledButton
        className={css.target}
        onClick={() => void go(() => desk.tasks.invite(task_sid, sid, note.trim(), hold))}
      >
        <Mark size={18} stroke={1.75} aria-hidden />
        <bdi>{friendly_name}</bdi>
      </UnstyledButton>
    </li>
  );
  const agents = workers.filter((worker) => worker.sid !== me && fits(worker)).slice(0, SHOWN_MAX);
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
            <ul>{agents.map((agent) => target(agent, IconUser))}</ul>
            {queues.length > 0 && <h3 className={css.title}>{t("transfer.queues")}</h3>}
            <ul>{queues.map((queue) => target(queue, IconUsersGroup))}</ul>
            {agents.length + queues.length === 0 && <Text c="dimmed">{t("transfer.none")}</Text>}
          </div>
        </>
      )}
    </div>
  );
}
