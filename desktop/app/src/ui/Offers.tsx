/** Tasks that are offered: who, on which channel, why, and for how long. */

import { Badge, Button, Group, Kbd, Paper, Progress, Text } from "@mantine/core";
import { IconPhoneRinging } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { callOf, isCall, isCallback, ownPart } from "../model/calls.ts";
import { invitationOf, transferOf } from "../model/company.ts";
import type { DeskState } from "../model/state.ts";
import { facts, parseAttributes, taskItem } from "../model/tasks.ts";
import type { Reservation } from "../protocol/generated.ts";
import { useAttempt } from "./attempt.ts";
import { ChannelIcon } from "./ChannelIcon.tsx";
import { useCenterNow, useDesk, useDeskState } from "./context.ts";
import { duration } from "./format.ts";
import css from "./Offers.module.css";
import { ariaKeys, type Command, keysOf } from "./shortcuts.ts";

/** Attributes that a card has room for. */
const SHOWN_MAX = 6;

export function Offers({ offers }: { offers: readonly Reservation[] }) {
  const { t } = useTranslation();
  return (
    <section
      aria-label={t("offer.region")}
      className={css.offers}
      aria-live="assertive"
      aria-relevant="additions"
    >
      {offers.map((offer, index) => (
        <Offer key={offer.sid} offer={offer} first={index === 0} />
      ))}
    </section>
  );
}

function Offer({ offer, first }: { offer: Reservation; first: boolean }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const attempt = useAttempt();
  const now = useCenterNow();
  const state = useDeskState((state) => state);
  const { name, channel } = taskItem(state, offer);
  const rings = phoneRings(state, offer);
  const invitation = invitationOf(offer.task);
  const from = invitation ?? transferOf(offer.task);
  const left_s = Math.max(0, Math.ceil(offer.date_created + offer.reservation_timeout - now / 1000));
  const waited = duration(now - offer.task.date_created * 1000);
  return (
    <Paper
      component="article"
      className={css.offer}
      withBorder
      shadow="sm"
      p="sm"
      radius="md"
      aria-label={`${t("offer.title")}: ${name ?? ""}`}
    >
      <Group gap="xs" wrap="nowrap">
        <ChannelIcon channel={channel} size={20} />
        <Text fw={600} truncate flex={1} dir="auto">
          {name ?? t("contact.unnamed")}
        </Text>
        <Text
          size="sm"
          fw={600}
          className={css.left}
          data-urgent={left_s <= 10 || undefined}
          aria-label={t("offer.left", { seconds: left_s })}
        >
          {left_s}
        </Text>
      </Group>
      <Progress
        value={(100 * left_s) / Math.max(1, offer.reservation_timeout)}
        size={3}
        my={8}
        color={left_s <= 10 ? "red" : "indigo"}
        aria-label={t("offer.left", { seconds: left_s })}
        transitionDuration={900}
      />
      <Text size="sm" c="dimmed">
        {[offer.task.queue_name, t("offer.waited", { time: waited })].filter(Boolean).join(" · ")}
      </Text>
      <CallMarks of={offer} />
      {from && (
        <Text size="sm" fw={600} mt={6}>
          {invitation ? t("company.asks", { name: from.by }) : <bdi>{from.by}</bdi>}
        </Text>
      )}
      {from?.note && (
        <blockquote className={css.note} dir="auto">
          {from.note}
        </blockquote>
      )}
      <Attributes of={offer} />
      {rings && (
        <Text size="sm" fw={600} mt="sm" role="status" className={css.rings}>
          <IconPhoneRinging size={16} aria-hidden /> {t("call.standing.ringing")}
        </Text>
      )}
      <Group gap="xs" mt="sm" grow>
        {!rings && (
          <Button
            onClick={() =>
              void attempt(
                () => desk.tasks.accept(offer.sid),
                (why) => (isCall(offer.task) ? t("call.failed", { why }) : t("offer.failed")),
              )
            }
            aria-keyshortcuts={first ? ariaKeys("accept") : undefined}
            px="xs"
            rightSection={first && <Keys of="accept" />}
          >
            {t("offer.accept")}
          </Button>
        )}
        <Button
          variant="default"
          onClick={() =>
            void attempt(
              () => desk.tasks.decline(offer.sid),
              () => t("offer.failed"),
            )
          }
          aria-keyshortcuts={first ? ariaKeys("decline") : undefined}
          px="xs"
          rightSection={first && <Keys of="decline" />}
        >
          {t("offer.decline")}
        </Button>
      </Group>
    </Paper>
  );
}

function Keys({ of }: { of: Command }) {
  return (
    <Kbd size="xs" className={css.keys}>
      {keysOf(of).join(" ")}
    </Kbd>
  );
}

/** Whether it was accepted, and waits for the agent to pick up. */
function phoneRings(state: DeskState, { task }: Reservation): boolean {
  const call = isCall(task) ? callOf(state.calls, task) : null;
  return call !== null && ownPart(call, state.worker?.sid)?.state === "ringing";
}

/** That it is a call, and what is special about it. */
function CallMarks({ of }: { of: Reservation }) {
  const { t } = useTranslation();
  const attributes = parseAttributes(of.task.attributes);
  if (!isCall(of.task) && !isCallback(attributes)) return null;
  return (
    <Group gap={6} mt={6}>
      <Badge variant="light" tt="none">
        {t("call.incoming")}
      </Badge>
      {isCallback(attributes) && (
        <Badge variant="light" color="orange" tt="none">
          {t("call.callback")}
        </Badge>
      )}
    </Group>
  );
}

function Attributes({ of }: { of: Reservation }) {
  const shown = facts(parseAttributes(of.task.attributes)).slice(0, SHOWN_MAX);
  if (shown.length === 0) return null;
  return (
    <dl className={css.attributes}>
      {shown.map(([key, value]) => (
        <div key={key}>
          <dt>{key}</dt>
          <dd dir="auto">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
