/** Files that go with a message: picked, dropped or pasted, and put up at once. */

import { type ClipboardEvent, type DragEvent, useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Media } from "../protocol/frames.ts";
import { useApi } from "./context.ts";
import { useNotices } from "./notices.ts";

/** Attachments of a message. */
const FILES_MAX = 10;

export interface Attached {
  id: string;
  name: string;
  bytes: number | null;
  /** None while it is being put up. */
  media: Media | null;
}

export function useAttachments() {
  const api = useApi();
  const { t } = useTranslation();
  const notify = useNotices((notices) => notices.add);
  const [files, setFiles] = useState<readonly Attached[]>([]);
  const [isOver, setOver] = useState(false);

  const upload = useCallback(
    async (id: string, file: File) => {
      try {
        const media = await api.upload(file);
        setFiles((files) => files.map((entry) => (entry.id === id ? { ...entry, media } : entry)));
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        setFiles((files) => files.filter((entry) => entry.id !== id));
        notify({ tone: "bad", text: t("composer.uploadFailed", { name: file.name, why }) });
      }
    },
    [api, notify, t],
  );

  const add = (chosen: readonly File[]) => {
    const fitting = chosen.slice(0, FILES_MAX - files.length);
    if (fitting.length < chosen.length)
      notify({ tone: "bad", text: t("composer.tooMany", { count: FILES_MAX }) });
    for (const file of fitting) {
      const id = crypto.randomUUID();
      setFiles((files) => [...files, { id, name: file.name, bytes: file.size, media: null }]);
      void upload(id, file);
    }
  };

  const pick = () => {
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = true;
    input.onchange = () => add([...(input.files ?? [])]);
    input.click();
  };

  const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes("Files");
  const dropTarget = {
    onDragOver: (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      add([...event.dataTransfer.files]);
    },
  };

  const restore = useCallback((media: readonly Media[]) => {
    const restored = media.map((media) => ({
      id: crypto.randomUUID(),
      name: media.file_name ?? media.url,
      bytes: null,
      media,
    }));
    setFiles((files) => [...files, ...restored]);
  }, []);

  return {
    files,
    isOver,
    busy: files.some(({ media }) => media === null),
    media: () => files.flatMap(({ media }) => media ?? []),
    clear: () => setFiles([]),
    remove: (id: string) => setFiles((files) => files.filter((entry) => entry.id !== id)),
    pick,
    restore,
    dropTarget,
    onPaste: (event: ClipboardEvent) => {
      const pasted = [...event.clipboardData.files];
      if (pasted.length === 0) return;
      event.preventDefault();
      add(pasted);
    },
  };
}
