/** What a message says. Whatever comes from outside becomes text nodes; links are those of the web only. */

import { Anchor, Text } from "@mantine/core";
import { IconCheck, IconMapPin, IconUser } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { pieces } from "../model/links.ts";
import type { Attachment, Content, Message } from "../protocol/generated.ts";
import { AttachmentView } from "./AttachmentView.tsx";
import css from "./ContentView.module.css";
import { Marked } from "./search/Marked.tsx";

interface Props {
  content: Content;
  /** Whose content it is, where its attachments can be fetched anew. */
  message: Message | null;
  /** Which of the answers that it offers the customer chose. */
  chosen?: string | null;
}

export function ContentView({ content, message, chosen = null }: Props) {
  const { t } = useTranslation();
  switch (content.kind) {
    case "text":
    case "system":
    case "note":
      return <PlainText text={content.text} />;
    case "media":
      return (
        <div className={css.media}>
          <AttachmentList attachments={content.attachments} message={message} />
          {content.text && <PlainText text={content.text} />}
        </div>
      );
    case "location":
      return <Location content={content} />;
    case "sticker":
      return (
        <Labelled
          label={t("timeline.sticker")}
          text={content.text ?? `${content.package_id}/${content.sticker_id}`}
        />
      );
    case "choice":
      return <Labelled label={t("timeline.chose")} text={content.text ?? content.data} />;
    case "choices":
      return (
        <>
          <PlainText text={content.text} />
          <ul className={css.options}>
            {content.options.map(({ data, text }) => (
              <li key={data} data-chosen={data === chosen || undefined}>
                {data === chosen && <IconCheck size={14} aria-label={t("timeline.chose")} />}
                <bdi>{text}</bdi>
              </li>
            ))}
          </ul>
        </>
      );
    case "email":
      return <EmailView mail={content} message={message} />;
    case "contacts":
      return content.contacts.map(({ name, phones = [], emails = [] }, index) => (
        <div key={index} className={css.card}>
          <IconUser size={20} aria-label={t("timeline.contactCard")} />
          <div>
            <Text size="sm" fw={600} dir="auto">
              {name}
            </Text>
            {[...phones, ...emails].map((line) => (
              <Text key={line} size="sm">
                <bdi>{line}</bdi>
              </Text>
            ))}
          </div>
        </div>
      ));
    case "template":
      return content.text ? (
        <PlainText text={content.text} />
      ) : (
        <Text size="sm">{t("timeline.template", { name: content.name })}</Text>
      );
    case "reaction":
      return <Text size="xl">{content.emoji}</Text>;
    case "unsupported":
      return (
        <>
          <Text size="sm" fs="italic">
            {t("timeline.unsupported", { kind: content.provider_kind })}
          </Text>
          {content.text && <PlainText text={content.text} />}
        </>
      );
  }
}

/** A text with its line breaks and links, in its own direction. */
export function PlainText({ text }: { text: string }) {
  return (
    <div className={css.text} dir="auto">
      {pieces(text).map((piece, index) =>
        piece.kind === "link" ? (
          <a key={index} href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
            {piece.text}
          </a>
        ) : (
          <Marked key={index} text={piece.text} />
        ),
      )}
    </div>
  );
}

function AttachmentList({
  attachments,
  message,
}: {
  attachments: readonly Attachment[];
  message: Message | null;
}) {
  return attachments.map((attachment, index) => (
    <AttachmentView key={index} attachment={attachment} index={index} message={message} />
  ));
}

interface EmailProps {
  mail: Extract<Content, { kind: "email" }>;
  message: Message | null;
}

function EmailView({ mail, message }: EmailProps) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const { subject, text, full_text, attachments = [], automatic, unverified } = mail;
  return (
    <div className={css.media}>
      <Text size="sm" fw={650} dir="auto">
        {subject}
      </Text>
      {unverified && (
        <Text size="xs" className={css.warning}>
          {t("timeline.unverified")}
        </Text>
      )}
      {automatic && (
        <Text size="xs" c="dimmed">
          {t("timeline.automatic")}
        </Text>
      )}
      <PlainText text={all && full_text ? full_text : text} />
      {full_text && (
        <Anchor
          component="button"
          type="button"
          size="xs"
          ta="start"
          onClick={() => setAll(!all)}
          aria-expanded={all}
        >
          {t(all ? "timeline.less" : "timeline.all")}
        </Anchor>
      )}
      <AttachmentList attachments={attachments} message={message} />
    </div>
  );
}

function Labelled({ label, text }: { label: string; text: string }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <PlainText text={text} />
    </div>
  );
}

function Location({ content }: { content: Extract<Content, { kind: "location" }> }) {
  const { t } = useTranslation();
  const { latitude, longitude, name, address } = content;
  const place = `${latitude.toFixed(5)},${longitude.toFixed(5)}`;
  return (
    <div className={css.card}>
      <IconMapPin size={20} aria-label={t("timeline.location")} />
      <div>
        <Text size="sm" fw={600} dir="auto">
          {name ?? t("timeline.location")}
        </Text>
        {address && (
          <Text size="sm" dir="auto">
            {address}
          </Text>
        )}
        <Anchor
          size="sm"
          href={`https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`}
          target="_blank"
          rel="noopener noreferrer"
          underline="always"
        >
          {place}
        </Anchor>
      </div>
    </div>
  );
}
