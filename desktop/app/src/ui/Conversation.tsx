/** The task at hand: what was said, and what the agent says. */

import { ActionIcon, Button, Group, Text, Tooltip } from "@mantine/core";
import {
  IconArrowForwardUp,
  IconCheck,
  IconDoorExit,
  IconListSearch,
  IconMessages,
  IconPencilCheck,
  IconUserPlus,
  IconUserSquareRounded,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useSettings } from "../desk/settings.ts";
import { isCall } from "../model/calls.ts";
import { companyOf, type Company as Of } from "../model/company.ts";
import { taskItem } from "../model/tasks.ts";
import type { ContactSid, Reservation } from "../protocol/generated.ts";
import { useAttempt } from "./attempt.ts";
import { ChannelIcon } from "./ChannelIcon.tsx";
import { Company } from "./Company.tsx";
import { Composer } from "./Composer.tsx";
import css from "./Conversation.module.css";
import { CallBar } from "./call/CallBar.tsx";
import { useDesk, useDeskState } from "./context.ts";
import { Elapsed } from "./Elapsed.tsx";
import { HandOver } from "./HandOver.tsx";
import { NoteButton } from "./Note.tsx";
import { useDeskSettings } from "./queries.ts";
import { ScheduledList } from "./ScheduledList.tsx";
import { useOpenSearch } from "./search/open.ts";
import { ariaKeys } from "./shortcuts.ts";
import { Timeline } from "./Timeline.tsx";

interface Props {
  reservation: Reservation;
  transfer: () => void;
  invite: () => void;
  complete: () => void;
}

export function Conversation({ reservation, transfer, invite, complete }: Props) {
  const { t } = useTranslation();
  const state = useDeskState((state) => state);
  const { name, channel, conversation, waiting_since } = taskItem(state, reservation);
  const { answer_s_target } = useDeskSettings();
  const shown = name ?? t("contact.unnamed");
  const company = companyOf(conversation, reservation);
  return (
    <section className={css.conversation} aria-label={shown}>
      <div className={css.head}>
        <ChannelIcon channel={channel} size={20} />
        <Text component="h2" fw={650} truncate dir="auto">
          {shown}
        </Text>
        {waiting_since !== null && (
          <Elapsed
            since={waiting_since}
            target_s={answer_s_target}
            label={(time) => t("tasks.waiting", { time })}
          />
        )}
        {conversation && <FindButton contact={conversation.contact_sid} />}
        <Company company={company} />
        <Actions
          reservation={reservation}
          company={company}
          transfer={transfer}
          invite={invite}
          complete={complete}
        />
      </div>
      <CallBar reservation={reservation} name={shown} />
      {conversation ? (
        <>
          <Timeline key={conversation.contact_sid} conversation={conversation} name={shown} />
          <ScheduledList conversation={conversation} />
          <Composer
            key={conversation.sid}
            conversation={conversation}
            reservation={reservation}
            name={shown}
          />
        </>
      ) : (
        <Text c="dimmed" p="xl" ta="center">
          {t(reservation.task.conversation_sid ? "conversation.loading" : "tasks.noMessages")}
        </Text>
      )}
    </section>
  );
}

function FindButton({ contact }: { contact: ContactSid }) {
  const { t } = useTranslation();
  const look = useOpenSearch((search) => search.look);
  return (
    <Tooltip label={t("search.inMessages")}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={t("search.inMessages")}
        onClick={() => look(contact)}
      >
        <IconListSearch size={18} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

function Actions({ reservation, company, transfer, invite, complete }: Props & { company: Of }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const attempt = useAttempt();
  const { contact, set } = useSettings();
  const isWrapping = reservation.reservation_status === "wrapping";
  // Into a call colleagues are asked from its bar.
  const hasCall = isCall(reservation.task);
  return (
    <Group gap={6} className={css.actions}>
      {!isWrapping && (
        <>
          {company.owns && !hasCall && (
            <Button
              size="compact-md"
              variant="default"
              leftSection={<IconUserPlus size={16} aria-hidden />}
              onClick={invite}
              aria-keyshortcuts={ariaKeys("invite")}
            >
              {t("company.invite")}
            </Button>
          )}
          {!hasCall && <HandOver company={company} task_sid={reservation.task.sid} />}
          {!company.visits && (
            <Button
              size="compact-md"
              variant="default"
              leftSection={<IconArrowForwardUp size={16} aria-hidden />}
              onClick={transfer}
              aria-keyshortcuts={ariaKeys("transfer")}
            >
              {t("conversation.transfer")}
            </Button>
          )}
          <Button
            size="compact-md"
            variant="default"
            leftSection={
              company.visits ? (
                <IconDoorExit size={16} aria-hidden />
              ) : (
                <IconPencilCheck size={16} aria-hidden />
              )
            }
            onClick={() =>
              void attempt(
                () => desk.tasks.wrap(reservation.sid),
                (why) => t("conversation.failed", { why }),
              )
            }
            aria-keyshortcuts={ariaKeys("wrap")}
          >
            {t(company.visits ? "company.leave" : "conversation.wrap")}
          </Button>
        </>
      )}
      <Button
        size="compact-md"
        leftSection={<IconCheck size={16} aria-hidden />}
        onClick={complete}
        aria-keyshortcuts={ariaKeys("complete")}
      >
        {t("conversation.complete")}
      </Button>
      {reservation.task.conversation_sid && (
        <NoteButton conversation_sid={reservation.task.conversation_sid} />
      )}
      <Button
        size="compact-md"
        variant={contact ? "light" : "default"}
        aria-pressed={contact}
        leftSection={<IconUserSquareRounded size={16} aria-hidden />}
        onClick={() => set({ contact: !contact })}
        aria-keyshortcuts={ariaKeys("contact")}
      >
        {t("conversation.details")}
      </Button>
    </Group>
  );
}

export function NoConversation() {
  const { t } = useTranslation();
  return (
    <div className={css.none}>
      <IconMessages size={40} stroke={1.25} aria-hidden />
      <Text fw={600}>{t("conversation.none")}</Text>
      <Text size="sm" c="dimmed">
        {t("conversation.noneHint")}
      </Text>
    </div>
  );
}
