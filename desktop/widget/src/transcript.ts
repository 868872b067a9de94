/** A conversation as a text file. */
import type { Content, Message } from "./protocol.ts";
import { timeOfSeq } from "./state.ts";
import type { Texts } from "./texts/index.ts";

export function transcript(messages: readonly Message[], texts: Texts, tag: string): string {
  const time = new Intl.DateTimeFormat(tag, { dateStyle: "short", timeStyle: "short" });
  const lines = messages.map((message) => {
    const who = message.direction === "inbound" ? texts.you : (message.authorName ?? texts.us);
    const said = message.deleted ? texts.deleted : plain(message.content, texts);
    return `[${time.format(timeOfSeq(message.seq))}] ${who}: ${said}`;
  });
  return `${lines.join("\n")}\n`;
}

export function plain(content: Content, texts: Texts): string {
  switch (content.kind) {
    case "text":
      return content.text;
    case "media":
      return [content.text, ...content.attachments.map((media) => media.file_name ?? media.url)]
        .filter((part) => part)
        .join(" ");
    case "location":
      return [content.name, content.address, `${content.latitude}, ${content.longitude}`]
        .filter((part) => part)
        .join(", ");
    case "choice":
      return content.text ?? content.data;
    case "choices":
      return [content.text, ...content.options.map((option) => `– ${option.text}`)].join("\n");
    case "contacts":
      return content.contacts
        .map((card) => [card.name, ...(card.phones ?? []), ...(card.emails ?? [])].join(", "))
        .join("; ");
    case "unknown":
      return content.text ?? texts.unknown;
  }
}
