/** An attachment: on its way to us, shown, or not to be had. */

import { Anchor, Button, Loader, Text } from "@mantine/core";
import { IconFile, IconFileOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { webAddress } from "../model/links.ts";
import type { Attachment, Message } from "../protocol/generated.ts";
import { useAttempt } from "./attempt.ts";
import css from "./ContentView.module.css";
import { useApi } from "./context.ts";
import { fileSize } from "./format.ts";
import { useNotices } from "./notices.ts";
import { SoundView } from "./SoundView.tsx";

interface Props {
  attachment: Attachment;
  /** Which of its message's. */
  index: number;
  message: Message | null;
}

const IMAGES = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];

/** Pictures, sound and films are shown by the kinds that browsers show as such, everything else is a file to fetch. */
export function AttachmentView({ attachment, index, message }: Props) {
  const { t } = useTranslation();
  const [broken, setBroken] = useState<string | null>(null);
  const { content_type: type, file_name, url } = attachment;
  // It has none while it is fetched from where the customer put it, and where that failed.
  const href = url ? webAddress(new URL(url, location.href).href) : null;
  const name = file_name ?? t("timeline.file");
  // A later address of the same object may lead to it again.
  const shows = href !== null && broken !== url;
  const onError = () => setBroken(url);
  if (shows && IMAGES.includes(type)) {
    return (
      <a
        href={href}
        target="_blank"
        rel="noopener noreferrer"
        className={css.preview}
        aria-label={t("timeline.openImage")}
      >
        <img src={href} alt={name} loading="lazy" referrerPolicy="no-referrer" onError={onError} />
      </a>
    );
  }
  if (shows && type.startsWith("audio/")) {
    return <SoundView href={href} name={name} onError={onError} />;
  }
  if (shows && type.startsWith("video/")) {
    // biome-ignore lint/a11y/useMediaCaption: customers send none
    return <video controls preload="metadata" src={href} onError={onError} aria-label={name} />;
  }
  return (
    <div className={css.card}>
      <FileMark attachment={attachment} />
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
        <Facts attachment={attachment} />
        {attachment.error && message && <FetchAgain message={message} index={index} />}
      </div>
    </div>
  );
}

function FileMark({ attachment: { pending, error } }: { attachment: Attachment }) {
  if (pending) return <Loader size={20} aria-hidden />;
  return error ? <IconFileOff size={20} aria-hidden /> : <IconFile size={20} aria-hidden />;
}

function Facts({ attachment: { content_type, bytes, pending, error } }: { attachment: Attachment }) {
  const { t } = useTranslation();
  const facts = [content_type, bytes === undefined ? null : fileSize(bytes)].filter(Boolean).join(" · ");
  return (
    <>
      <Text size="xs" c="dimmed">
        <bdi>{facts}</bdi>
      </Text>
      {pending && (
        <Text size="xs" role="status">
          {t("timeline.fetching")}
        </Text>
      )}
      {error && (
        <Text size="xs" className={css.warning} dir="auto">
          {t("timeline.notFetched", { why: error })}
        </Text>
      )}
    </>
  );
}

function FetchAgain({ message, index }: { message: Message; index: number }) {
  const { t } = useTranslation();
  const api = useApi();
  const attempt = useAttempt();
  const notify = useNotices((notices) => notices.add);
  const [asked, setAsked] = useState(false);
  const ask = async () => {
    setAsked(true);
    const isAsked = await attempt(
      () => api.fetchAgain(message, index),
      (why) => t("timeline.notFetched", { why }),
    );
    setAsked(isAsked);
    if (isAsked) notify({ tone: "good", text: t("timeline.fetchingAgain") });
  };
  return (
    <Button size="compact-xs" variant="light" mt={4} disabled={asked} onClick={() => void ask()}>
      {t("timeline.fetchAgain")}
    </Button>
  );
}
