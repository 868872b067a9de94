/** A look into somebody else's conversation, and what a supervisor can do about it. */

import { Alert, Badge, Button, Drawer, Group, Loader, Text } from "@mantine/core";
import { IconArrowForwardUp, IconHandGrab } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLook, useTask } from "../../floor/queries.ts";
import { isCall } from "../../model/calls.ts";
import { rows } from "../../model/timeline.ts";
import type { ConversationSid, Message } from "../../protocol/generated.ts";
import { useAttempt } from "../attempt.ts";
import { Monitor } from "../call/Monitor.tsx";
import { useDesk, useDeskState } from "../context.ts";
import { dayOf } from "../format.ts";
import { NoteForm } from "../Note.tsx";
import { useWorkers } from "../queries.ts";
import { RowOf } from "../Timeline.tsx";
import { TransferDialog } from "../TransferDialog.tsx";
import css from "./ConversationDrawer.module.css";
import { Why } from "./Why.tsx";

interface Props {
  /** None: it is closed. */
  conversation_sid: ConversationSid | null;
  name: string;
  close: () => void;
}

export function ConversationDrawer({ conversation_sid, name, close }: Props) {
  const { t } = useTranslation();
  return (
    <Drawer
      opened={conversation_sid !== null}
      onClose={close}
      position="right"
      size="lg"
      title={<bdi>{name}</bdi>}
      lockScroll={false}
      closeButtonProps={{ "aria-label": t("help.close") }}
      classNames={{ body: css.body, content: css.content }}
    >
      {conversation_sid !== null && <Look conversation_sid={conversation_sid} name={name} close={close} />}
    </Drawer>
  );
}

function Look({
  conversation_sid,
  name,
  close,
}: {
  conversation_sid: ConversationSid;
  name: string;
  close: () => void;
}) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { conversation, messages, error, more, older, again } = useLook(conversation_sid);
  const { data: workers = [] } = useWorkers(true);
  const [moving, setMoving] = useState(false);
  const task = conversation?.state === "closed" ? undefined : conversation?.task_sid;
  const { data: why } = useTask(task);
  const on = (conversation?.workers ?? []).map(
    (sid) => workers.find((worker) => worker.sid === sid)?.friendly_name ?? sid,
  );
  const looked = () => {
    again();
    void queries.invalidateQueries({ queryKey: ["floor"] });
  };
  if (error) return <Alert color="red">{t("floor.failed", { why: error.message })}</Alert>;
  if (!conversation || !messages) return <Loader mx="auto" />;
  return (
    <>
      <Group gap="xs" justify="space-between">
        <Group gap="xs">
          <Badge variant="light" tt="none">
            {t(`conversationState.${conversation.state}`)}
          </Badge>
          {on.length > 0 && (
            <Text size="sm">
              <bdi>{on.join(", ")}</bdi>
            </Text>
          )}
        </Group>
        {task && (
          <Group gap="xs">
            <TakeOver task_sid={task} workers={conversation.workers ?? []} close={close} />
            <Button
              size="compact-md"
              variant="default"
              leftSection={<IconArrowForwardUp size={16} aria-hidden />}
              onClick={() => setMoving(true)}
            >
              {t("look.move")}
            </Button>
          </Group>
        )}
      </Group>
      {why && isCall(why) && conversation.state === "with_agent" && <Monitor task={why} />}
      {why && <Why task={why} />}
      <Said messages={messages} conversation_sid={conversation_sid} name={name} more={more} older={older} />
      <NoteForm conversation_sid={conversation_sid} done={looked} />
      <TransferDialog
        task_sid={moving && task ? task : null}
        close={() => {
          setMoving(false);
          looked();
        }}
      />
    </>
  );
}

function TakeOver({
  task_sid,
  workers,
  close,
}: {
  task_sid: string;
  workers: readonly string[];
  close: () => void;
}) {
  const { t } = useTranslation();
  const desk = useDesk();
  const attempt = useAttempt();
  const me = useDeskState((state) => state.worker);
  if (!me || workers.includes(me.sid)) return null;
  const take = async () => {
    const taken = await attempt(
      () => desk.tasks.takeOver(task_sid),
      (why) => t("conversation.failed", { why }),
    );
    if (!taken) return;
    close();
    location.hash = "#desk";
  };
  return (
    <Button
      size="compact-md"
      leftSection={<IconHandGrab size={16} aria-hidden />}
      disabled={!me.available}
      title={me.available ? undefined : t("tasks.unavailableHint")}
      onClick={() => void take()}
    >
      {t("look.takeOver")}
    </Button>
  );
}

interface SaidProps {
  messages: readonly Message[];
  conversation_sid: ConversationSid;
  name: string;
  more: boolean;
  older: () => void;
}

function Said({ messages, conversation_sid, name, more, older }: SaidProps) {
  const { t } = useTranslation();
  const list = useMemo(
    () => rows({ messages, sending: [], conversation_sid }, dayOf),
    [messages, conversation_sid],
  );
  return (
    <div className={css.said} tabIndex={0} role="log" aria-label={t("timeline.label")}>
      <div>
        {more && (
          <Button size="compact-sm" variant="subtle" onClick={older}>
            {t("timeline.older")}
          </Button>
        )}
        {list.map((row) => (
          <div key={row.key} className={css.row}>
            <RowOf row={row} name={name} />
          </div>
        ))}
      </div>
    </div>
  );
}
