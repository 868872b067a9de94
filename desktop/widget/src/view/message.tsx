/** One message. What people wrote becomes text and nothing else. */

import { pieces, webUrl } from "../links.ts";
import type { Widget } from "../model.ts";
import type { Attachment, Content } from "../protocol.ts";
import { type Entry, timeOfSeq } from "../state.ts";
import { FileIcon } from "./icons.tsx";

interface Props {
  widget: Widget;
  entry: Entry;
  /** The first, the last, of several by one author. */
  begins: boolean;
  ends: boolean;
  canChoose: boolean;
}

export function Message({ widget, entry, begins, ends, canChoose }: Props) {
  const { texts } = widget.language;
  const classes = ["entry", entry.mine && "mine", begins && "begins", entry.sending, entry.deleted && "gone"];
  const who = entry.mine ? texts.you : (entry.authorName ?? texts.us);
  return (
    <div class={classes.filter(Boolean).join(" ")}>
      {begins && !entry.mine && entry.authorName ? (
        <div class="author">{entry.authorName}</div>
      ) : (
        <span class="sr">{who}: </span>
      )}
      {entry.deleted ? (
        <div class="bubble">{texts.deleted}</div>
      ) : (
        <Said widget={widget} content={entry.content} />
      )}
      {canChoose && entry.content.kind === "choices" && (
        <div class="choices">
          {entry.content.options.map(({ data, text }) => (
            <button
              type="button"
              key={data}
              dir="auto"
              onClick={() => widget.say({ kind: "choice", data, text })}
            >
              {text}
            </button>
          ))}
        </div>
      )}
      <Meta widget={widget} entry={entry} ends={ends} />
    </div>
  );
}

function Meta({ widget, entry, ends }: { widget: Widget; entry: Entry; ends: boolean }) {
  const { texts, tag } = widget.language;
  if (entry.sending === "failed") {
    return (
      <div class="meta bad">
        <span>{texts.failed}</span>
        <button type="button" onClick={() => widget.retry(entry)}>
          {texts.retry}
        </button>
        <button type="button" onClick={() => widget.discard(entry)}>
          {texts.discard}
        </button>
      </div>
    );
  }
  if (!ends && entry.sending !== "sending") return null;
  const at = timeOfSeq(entry.seq);
  const time = new Intl.DateTimeFormat(tag, { timeStyle: "short" }).format(at);
  const state =
    entry.sending === "sending" ? texts.sending : entry.seq <= widget.chat.readSeq ? texts.read : texts.sent;
  return (
    <div class="meta">
      <time dateTime={new Date(at).toISOString()}>{time}</time>
      {entry.mine && <span>{state}</span>}
    </div>
  );
}

function Said({ widget, content }: { widget: Widget; content: Content }) {
  const { texts } = widget.language;
  switch (content.kind) {
    case "text":
      return <Bubble text={content.text} />;
    case "choice":
      return <Bubble text={content.text ?? content.data} />;
    case "choices":
      return <Bubble text={content.text} />;
    case "media":
      return (
        <div class="media">
          {content.attachments.map((attachment) => (
            <Media key={attachment.url} attachment={attachment} file={texts.file} />
          ))}
          {content.text && <Bubble text={content.text} />}
        </div>
      );
    case "location": {
      const { latitude, longitude, name, address } = content;
      const query = new URLSearchParams({ mlat: String(latitude), mlon: String(longitude) });
      return (
        <div class="bubble" dir="auto">
          {[name, address].filter(Boolean).join("\n")}
          {(name || address) && "\n"}
          <Link
            href={`https://www.openstreetmap.org/?${query}#map=16/${latitude}/${longitude}`}
            text={texts.map}
          />
        </div>
      );
    }
    case "contacts": {
      const cards = content.contacts.map((card) =>
        [card.name, ...(card.phones ?? []), ...(card.emails ?? [])].join("\n"),
      );
      return <Bubble text={cards.join("\n\n")} />;
    }
    case "unknown":
      return <Bubble text={content.text ?? texts.unknown} />;
  }
}

function Bubble({ text }: { text: string }) {
  return (
    <div class="bubble" dir="auto">
      {pieces(text).map((piece) => (piece.href ? <Link href={piece.href} text={piece.text} /> : piece.text))}
    </div>
  );
}

function Link({ href, text }: { href: string; text: string }) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {text}
    </a>
  );
}

/** Only what a browser shows without running anything; everything else is a link. */
function Media({ attachment, file }: { attachment: Attachment; file: string }) {
  const url = webUrl(attachment.url);
  const name = attachment.file_name ?? file;
  if (!url) return <Bubble text={name} />;
  const kind = attachment.content_type.split("/")[0];
  if (kind === "image" && attachment.content_type !== "image/svg+xml") {
    return (
      <a href={url} target="_blank" rel="noopener noreferrer nofollow">
        <img src={url} alt={name} loading="lazy" referrerpolicy="no-referrer" />
      </a>
    );
  }
  if (kind === "audio") {
    // biome-ignore lint/a11y/useMediaCaption: what a person has just recorded has no captions
    return <audio src={url} controls preload="none" />;
  }
  if (kind === "video") {
    // biome-ignore lint/a11y/useMediaCaption: as above
    return <video src={url} controls preload="none" />;
  }
  return (
    <div class="bubble file">
      <FileIcon />
      <Link href={url} text={name} />
    </div>
  );
}
