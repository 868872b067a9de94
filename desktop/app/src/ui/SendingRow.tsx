/** What the agent has said and the center does not have yet. */

import { Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSettings } from "../desk/settings.ts";
import type { Sending } from "../model/state.ts";
import { ContentView, PlainText } from "./ContentView.tsx";
import { useChannelName } from "./channelName.ts";
import { useComposerText } from "./composerText.ts";
import { useDesk, useDeskState, useNow } from "./context.ts";
import css from "./MessageRow.module.css";

export function SendingRow({ sending }: { sending: Sending }) {
  const { id, text, media, choices, phase, failure } = sending;
  return (
    <article className={css.row} data-direction="outbound" data-phase={phase}>
      <div className={css.bubble} data-failed={phase === "failed" || undefined}>
        {choices.length > 0 ? (
          <ContentView content={{ kind: "choices", text, options: [...choices] }} message={null} />
        ) : (
          text && <PlainText text={text} />
        )}
        {media.map(({ url, file_name }) => (
          <Text key={url} size="sm" fs="italic">
            <bdi>{file_name ?? url}</bdi>
          </Text>
        ))}
      </div>
      {phase === "failed" && failure ? <Failed sending={sending} /> : <Phase sending={sending} key={id} />}
    </article>
  );
}

function Phase({ sending: { id, phase, written_at } }: { sending: Sending }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const now = useNow();
  const undo_s = useSettings((settings) => settings.undo_s);
  const isOnline = useDeskState((state) => state.connection.phase === "online");
  const restore = useComposerText((composer) => composer.restore);
  if (phase === "sending") {
    return <div className={css.foot}>{t(isOnline ? "status.sending" : "status.waiting")}</div>;
  }
  const takeBack = () => {
    const taken = desk.messages.takeBack(id);
    if (taken) restore(taken);
  };
  return (
    <div className={css.foot}>
      <span>{t("status.held", { seconds: Math.max(0, Math.ceil(undo_s - (now - written_at) / 1000)) })}</span>
      <Button size="compact-xs" variant="light" onClick={takeBack}>
        {t("composer.undo")}
      </Button>
      <Button size="compact-xs" variant="subtle" onClick={() => desk.messages.release(id)}>
        {t("composer.sendNow")}
      </Button>
    </div>
  );
}

function Failed({ sending }: { sending: Sending }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const channelName = useChannelName();
  const openTemplates = useComposerText((composer) => composer.openTemplates);
  const { id, conversation_sid, text, media, template, choices, failure } = sending;
  return (
    <div role="alert">
      <Text size="xs" className={css.reason} dir="auto">
        {failure?.message}
      </Text>
      <Group gap={4} justify="flex-end" mt={4}>
        {failure?.possible?.map((to) => (
          <Button
            key={`${to.channel} ${to.account} ${to.id}`}
            size="compact-xs"
            onClick={() => {
              desk.messages.takeBack(id);
              desk.messages.say(conversation_sid, { text, media, template, choices, to }, 0);
            }}
          >
            {t("composer.instead", { channel: channelName(to.channel) })}
          </Button>
        ))}
        {failure?.ways_out?.includes("template") && (
          <Button size="compact-xs" onClick={() => openTemplates(true)}>
            {t("composer.template")}
          </Button>
        )}
        <Button size="compact-xs" variant="light" onClick={() => desk.messages.release(id)}>
          {t("composer.retry")}
        </Button>
        <Button size="compact-xs" variant="subtle" color="gray" onClick={() => desk.messages.takeBack(id)}>
          {t("composer.discard")}
        </Button>
      </Group>
    </div>
  );
}
