/** Where the visitor writes. */
import { useRef, useState } from "preact/hooks";
import { Refused } from "../api.ts";
import type { Widget } from "../model.ts";
import type { Attachment } from "../protocol.ts";
import { ClipIcon, CloseIcon, SendIcon } from "./icons.tsx";

/** Characters of a message. */
const TEXT_CHARS_MAX = 16_384;
/** Files of a message. */
const FILES_MAX = 10;

/** A file that the visitor has chosen: on its way, there, or refused. */
interface Chosen {
  id: number;
  name: string;
  attachment?: Attachment;
  why?: string;
}

export function Composer({ widget }: { widget: Widget }) {
  const { texts, dir } = widget.language;
  const [text, setText] = useState(widget.storage.kept.draft ?? "");
  const [files, setFiles] = useState<readonly Chosen[]>([]);
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const next = useRef(0);
  const attachments = files.map((file) => file.attachment).filter((attachment) => attachment !== undefined);
  const isUploading = files.some((file) => !file.attachment && !file.why);
  const canSend = !isUploading && (text.trim() !== "" || attachments.length > 0);

  const write = (text: string) => {
    setText(text);
    widget.storage.keep({ draft: text });
    if (text) widget.typing();
  };
  const add = (chosen: Iterable<File>) => {
    for (const file of [...chosen].slice(0, FILES_MAX - files.length)) {
      const id = next.current++;
      const change = (change: Partial<Chosen>) =>
        setFiles((files) => files.map((other) => (other.id === id ? { ...other, ...change } : other)));
      setFiles((files) => [...files, { id, name: file.name }]);
      widget.upload(file).then(
        (attachment) => change({ attachment }),
        (error: unknown) => {
          const isTooLarge = error instanceof Refused && error.status === 413;
          change({ why: isTooLarge ? texts.tooLarge(file.name) : texts.uploadFailed(file.name) });
        },
      );
    }
  };
  const send = (event?: Event) => {
    event?.preventDefault();
    if (!canSend) return;
    const said = text.trim();
    if (attachments.length === 0) widget.say({ kind: "text", text: said });
    else widget.say(said ? { kind: "media", attachments, text: said } : { kind: "media", attachments });
    write("");
    setFiles([]);
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // A key that ends the choice of a character (Japanese, Chinese) sends nothing.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event);
  };
  const onPaste = (event: ClipboardEvent) => {
    const pasted = event.clipboardData?.files;
    if (!pasted?.length) return;
    event.preventDefault();
    add(pasted);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    if (event.dataTransfer) add(event.dataTransfer.files);
  };
  return (
    <form class="composer" onSubmit={send} onDragOver={(event) => event.preventDefault()} onDrop={onDrop}>
      {files.length > 0 && (
        <div class="pending" role="status">
          {files.map((file) => (
            <div key={file.id} class={file.why ? "chip bad" : "chip"}>
              <span>{file.why ?? (file.attachment ? file.name : texts.uploading(file.name))}</span>
              <button
                type="button"
                class="icon"
                aria-label={texts.remove(file.name)}
                onClick={() => setFiles(files.filter((other) => other !== file))}
              >
                <CloseIcon />
              </button>
            </div>
          ))}
        </div>
      )}
      <div class="row">
        <button type="button" class="icon" aria-label={texts.attach} onClick={() => picker.current?.click()}>
          <ClipIcon />
        </button>
        <input
          type="file"
          multiple
          hidden
          ref={picker}
          onChange={(event) => {
            add(event.currentTarget.files ?? []);
            event.currentTarget.value = "";
          }}
        />
        <textarea
          ref={field}
          rows={1}
          dir={text ? "auto" : dir}
          value={text}
          maxLength={TEXT_CHARS_MAX}
          placeholder={texts.placeholder}
          aria-label={texts.placeholder}
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        <button type="submit" class="icon go" aria-label={texts.send} disabled={!canSend}>
          <SendIcon />
        </button>
      </div>
    </form>
  );
}
