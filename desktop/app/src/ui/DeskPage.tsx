/** The desk: offers and tasks, the conversation, the contact. */

import { useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSettings } from "../desk/settings.ts";
import { isCall } from "../model/calls.ts";
import { companyOf } from "../model/company.ts";
import { heldTasks, offers as offersOf } from "../model/tasks.ts";
import { useAttempt } from "./attempt.ts";
import { CompleteDialog } from "./CompleteDialog.tsx";
import { ContactPanel } from "./ContactPanel.tsx";
import { Conversation, NoConversation } from "./Conversation.tsx";
import { ATTACH_ID, CHOICES_ID, COMPOSER_ID, EMOJI_ID, HAND_OVER_ID, LATER_ID } from "./composerIds.ts";
import { useComposerText } from "./composerText.ts";
import { useDesk, useDeskState } from "./context.ts";
import css from "./DeskPage.module.css";
import { InviteDialog } from "./InviteDialog.tsx";
import { Offers } from "./Offers.tsx";
import { useShortcuts } from "./shortcuts.ts";
import { TaskList } from "./TaskList.tsx";
import { TransferDialog } from "./TransferDialog.tsx";

type Open = "transfer" | "invite" | "complete" | null;

export function DeskPage() {
  const { t } = useTranslation();
  const desk = useDesk();
  const attempt = useAttempt();
  const reservations = useDeskState((state) => state.reservations);
  const selected = useDeskState((state) => state.selected);
  const contactShown = useSettings((settings) => settings.contact);
  const [open, setOpen] = useState<Open>(null);
  const offers = useMemo(() => offersOf({ ...desk.store.getState(), reservations }), [desk, reservations]);
  const tasks = useMemo(() => heldTasks({ ...desk.store.getState(), reservations }), [desk, reservations]);
  const current = tasks.find(({ sid }) => sid === selected) ?? null;

  // An agent with one task need not choose it.
  const only = tasks.length === 1 ? tasks[0]?.sid : undefined;
  useEffect(() => {
    if (selected === null && only) desk.tasks.select(only);
  }, [selected, only, desk]);

  const conversations = useDeskState((state) => state.conversations);
  const at = current?.task.conversation_sid;
  const { owns, visits } = current
    ? companyOf((at && conversations[at]) || null, current)
    : { owns: false, visits: false };
  const hasCall = current !== null && isCall(current.task);

  const close = useCallback(() => setOpen(null), []);
  const choose = useCallback(
    (index: number) => {
      const task = tasks[index];
      if (task) desk.tasks.select(task.sid);
    },
    [tasks, desk],
  );
  const run = useMemo(() => {
    const [offer] = offers;
    const at = tasks.findIndex(({ sid }) => sid === selected);
    const press = (id: string) => () => document.getElementById(id)?.click();
    const undo = () => {
      const held = desk.store.getState().sending.findLast(({ phase }) => phase === "held");
      const taken = held && desk.messages.takeBack(held.id);
      if (taken) useComposerText.getState().restore(taken);
    };
    return {
      ...(offer && {
        accept: () =>
          void attempt(
            () => desk.tasks.accept(offer.sid),
            () => t("offer.failed"),
          ),
        decline: () =>
          void attempt(
            () => desk.tasks.decline(offer.sid),
            () => t("offer.failed"),
          ),
      }),
      next: () => choose((at + 1) % Math.max(1, tasks.length)),
      previous: () => choose((at + tasks.length - (at < 0 ? 0 : 1)) % Math.max(1, tasks.length)),
      write: () => document.getElementById(COMPOSER_ID)?.focus(),
      undo,
      emoji: press(EMOJI_ID),
      attach: press(ATTACH_ID),
      choices: press(CHOICES_ID),
      later: press(LATER_ID),
      ...(current && {
        complete: () => setOpen("complete"),
        contact: () => useSettings.getState().set({ contact: !useSettings.getState().contact }),
      }),
      ...(owns && !hasCall && { invite: () => setOpen("invite"), handOver: press(HAND_OVER_ID) }),
      ...(current?.reservation_status === "accepted" && {
        ...(!visits && { transfer: () => setOpen("transfer") }),
        wrap: () =>
          void attempt(
            () => desk.tasks.wrap(current.sid),
            (why) => t("conversation.failed", { why }),
          ),
      }),
    };
  }, [offers, tasks, selected, current, owns, visits, hasCall, desk, attempt, choose, t]);
  useShortcuts(run, choose);

  return (
    <>
      <div className={css.columns} data-contact={(current !== null && contactShown) || undefined}>
        <nav className={css.tasks} aria-label={t("tasks.region")}>
          <Offers offers={offers} />
          <TaskList tasks={tasks} />
        </nav>
        <main className={css.main}>
          {current ? (
            <Conversation
              reservation={current}
              transfer={() => setOpen("transfer")}
              invite={() => setOpen("invite")}
              complete={() => setOpen("complete")}
            />
          ) : (
            <NoConversation />
          )}
        </main>
        {current && contactShown && <ContactPanel reservation={current} />}
      </div>
      <TransferDialog task_sid={open === "transfer" && current ? current.task.sid : null} close={close} />
      <InviteDialog reservation={open === "invite" ? current : null} close={close} />
      <CompleteDialog reservation={open === "complete" ? current : null} close={close} />
    </>
  );
}
