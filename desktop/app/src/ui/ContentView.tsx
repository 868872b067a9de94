/** What a message says. Whatever comes from outside becomes text nodes; links are those of the web only. */

import { Anchor, Text } from "@mantine/core";
import { IconFile, IconMapPin, IconUser } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { pieces, webAddress } from "../model/links.ts";
import type { Attachment, Content } from "../protocol/generated.ts";
import css from "./ContentView.module.css";
import { fileSize } from "./format.ts";

export function ContentView({ content }: { content: Content }) {
  const { t } = useTranslation();
  switch (content.kind) {
    case "text":
    case "system":
    case "note":
      return <PlainText text={content.text} />;
    case "media":
      return (
        <div className={css.media}>
          {content.attachments.map((attachment, index) => (
            <AttachmentView key={index} attachment={attachment} />
          ))}
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
              <li key={data}>
                <bdi>{text}</bdi>
              </li>
            ))}
          </ul>
        </>
      );
    case "email":
      return <EmailView mail={content} />;
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
          <Anchor
            key={index}
            href={piece.href}
            target="_blank"
            rel="noopener noreferrer nofollow"
            inherit
            underline="always"
          >
            {piece.text}
          </Anchor>
        ) : (
          piece.text
        ),
      )}
    </div>
  );
}

function EmailView({ mail }: { mail: Extract<Content, { kind: "email" }> }) {
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
      {attachments.map((attachment, index) => (
        <AttachmentView key={index} attachment={attachment} />
      ))}
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

const IMAGES = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];

/** Pictures, sound and films are shown by the kinds that browsers show as such, everything else is a file to fetch. */
function AttachmentView({ attachment }: { attachment: Attachment }) {
  const { t } = useTranslation();
  const [failed, setFailed] = useState(false);
  const { content_type: type, file_name, bytes } = attachment;
  // It has none while it is fetched from where the customer put it, and where that failed.
  const href = attachment.url ? webAddress(new URL(attachment.url, location.href).href) : null;
  const name = file_name ?? t("timeline.file");
  if (href && !failed && IMAGES.includes(type)) {
    return (
      <a
        href={href}
        target="_blank"
        rel="noopener noreferrer"
        className={css.preview}
        aria-label={t("timeline.openImage")}
      >
        <img
          src={href}
          alt={name}
          loading="lazy"
          referrerPolicy="no-referrer"
          onError={() => setFailed(true)}
        />
      </a>
    );
  }
  if (href && !failed && type.startsWith("audio/")) {
    // biome-ignore lint/a11y/useMediaCaption: customers send none
    return <audio controls preload="none" src={href} onError={() => setFailed(true)} aria-label={name} />;
  }
  if (href && !failed && type.startsWith("video/")) {
    // biome-ignore lint/a11y/useMediaCaption: customers send none
    return <video controls preload="metadata" src={href} onError={() => setFailed(true)} aria-label={name} />;
  }
  return (
    <div className={css.card}>
      <IconFile size={20} aria-hidden />
      <div>
        {href ? (
          <Anchor href={href} target="_blank" rel="noopener noreferrer" size="sm" underline="always">
            <bdi>{name}</bdi>
          </Anchor>
        ) : (
          <Text size="sm">
            <bdi>{name}</bdi>
          </Text>
        )}
        <Text size="xs" c="dimmed">
          <bdi>{[type, bytes === undefined ? null : fileSize(bytes)].filter(Boolean).join(" · ")}</bdi>
        </Text>
      </div>
    </div>
  );
}
