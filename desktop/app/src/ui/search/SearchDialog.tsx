/** Finding contacts by what an agent knows of them, and one's own open conversations. The focus stays in the field. */

import { Badge, Group, Loader, Modal, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useId, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { wordsOf } from "../../model/highlight.ts";
import { heldTasks, taskItem } from "../../model/tasks.ts";
import type { Contact } from "../../protocol/generated.ts";
import type { FoundContact } from "../../session/api.ts";
import { ChannelIcon } from "../ChannelIcon.tsx";
import { useApi, useDesk, useDeskState } from "../context.ts";
import { shortDate } from "../format.ts";
import { Picture } from "../Picture.tsx";
import { Marked, MarkedWords } from "./Marked.tsx";
import { useOpenSearch } from "./open.ts";
import css from "./SearchDialog.module.css";

/** Milliseconds after the last key at which the center is asked, and characters from which on. */
const PAUSE_MS = 200;
const CHARS_MIN = 2;

export function SearchDialog() {
  const { t } = useTranslation();
  const { isOpen, close } = useOpenSearch();
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={t("search.title")}
      size="lg"
      lockScroll={false}
      closeButtonProps={{ "aria-label": t("help.close") }}
    >
      {isOpen && <Search />}
    </Modal>
  );
}

interface Entry {
  key: string;
  name: string;
  contact: Contact | undefined;
  found: FoundContact | null;
  go: () => void;
}

function Search() {
  const { t } = useTranslation();
  const id = useId();
  const [typed, setTyped] = useState("");
  const [index, setIndex] = useState(0);
  const question = typed.trim();
  const [asked] = useDebouncedValue(question, PAUSE_MS);
  const mine = useMine(question);
  const { found, more, error, isFetching } = useFound(asked);
  const entries = [...mine, ...found];
  const active = Math.min(index, Math.max(0, entries.length - 1));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const count = Math.max(1, entries.length);
    if (event.key === "ArrowDown") setIndex((active + 1) % count);
    else if (event.key === "ArrowUp") setIndex((active + entries.length - 1) % count);
    else if (event.key === "Enter") entries[active]?.go();
    else return;
    event.preventDefault();
  };
  const isIdle = !isFetching && asked === question;
  const nobody = isIdle && question.length >= CHARS_MIN && entries.length === 0 && !error;
  return (
    <MarkedWords value={wordsOf(question)}>
      <TextInput
        data-autofocus
        dir="auto"
        role="combobox"
        aria-expanded={entries.length > 0}
        aria-controls={id}
        aria-activedescendant={entries[active] && `${id}-${active}`}
        aria-label={t("search.label")}
        description={t("search.hint")}
        placeholder={t("search.placeholder")}
        leftSection={<IconSearch size={16} aria-hidden />}
        rightSection={isFetching && <Loader size="xs" />}
        value={typed}
        onChange={({ currentTarget: { value } }) => {
          setTyped(value);
          setIndex(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div className={css.results} id={id} role="listbox" aria-label={t("search.results")}>
        {entries.map((entry, at) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the text field has the keys
          <div
            key={entry.key}
            id={`${id}-${at}`}
            role="option"
            tabIndex={-1}
            aria-selected={at === active}
            className={css.option}
            onMouseDown={(event) => event.preventDefault()}
            onClick={entry.go}
          >
            <Result entry={entry} />
          </div>
        ))}
      </div>
      <Text size="sm" c={error ? "red" : "dimmed"} role="status" mt="xs">
        {error?.message ?? (nobody ? t("search.none") : more && t("search.more"))}
      </Text>
    </MarkedWords>
  );
}

function Result({ entry: { name, contact, found } }: { entry: Entry }) {
  const { t } = useTranslation();
  const last = contact?.identities[0];
  const { conversation, matched = [] } = found ?? {};
  return (
    <>
      <Picture name={name} channel={last?.channel ?? "custom"} size={34} src={contact?.picture} />
      <div className={css.who}>
        <Text size="sm" fw={600} truncate dir="auto">
          <Marked text={name} />
        </Text>
        <Group gap={8} className={css.addresses}>
          {contact?.identities.slice(0, 3).map(({ channel, account, id }) => (
            <span key={`${channel} ${account} ${id}`} className={css.address}>
              <ChannelIcon channel={channel} size={13} />
              <bdi>
                <Marked text={id} />
              </bdi>
            </span>
          ))}
        </Group>
      </div>
      <div className={css.state}>
        {found ? (
          <>
            {conversation && (
              <Badge variant="light" size="sm" tt="none">
                {t(`conversationState.${conversation.state}`)}
              </Badge>
            )}
            <Text size="xs" c="dimmed">
              {matched.map((field) => t(`search.field.${field}`)).join(", ")}
              {conversation && ` · ${shortDate(conversation.updated_at)}`}
            </Text>
          </>
        ) : (
          <Badge color="teal" variant="light" size="sm" tt="none">
            {t("search.mine")}
          </Badge>
        )}
      </div>
    </>
  );
}

/** The agent's own tasks whose customer has what was typed. */
function useMine(question: string): Entry[] {
  const { t } = useTranslation();
  const desk = useDesk();
  const state = useDeskState((state) => state);
  const close = useOpenSearch((search) => search.close);
  return useMemo(() => {
    if (question.length < CHARS_MIN) return [];
    const words = wordsOf(question);
    return heldTasks(state).flatMap((reservation) => {
      const { name, contact } = taskItem(state, reservation);
      const known = [name ?? "", ...(contact?.identities ?? []).map(({ id }) => id)];
      const folded = wordsOf(known.join(" ")).join(" ");
      if (!words.every((word) => folded.includes(word))) return [];
      const go = () => {
        desk.tasks.select(reservation.sid);
        location.hash = "#desk";
        close();
      };
      return [
        {
          key: reservation.sid,
          name: name ?? t("contact.unnamed"),
          contact: contact ?? undefined,
          found: null,
          go,
        },
      ];
    });
  }, [question, state, desk, close, t]);
}

/** What the center finds. */
function useFound(asked: string) {
  const { t } = useTranslation();
  const api = useApi();
  const look = useOpenSearch((search) => search.look);
  const { data, error, isFetching } = useQuery({
    queryKey: ["search", asked],
    queryFn: () => api.search(asked),
    enabled: asked.length >= CHARS_MIN,
    retry: false,
    staleTime: 0,
    placeholderData: (before) => (asked.length >= CHARS_MIN ? before : undefined),
  });
  const results = asked.length >= CHARS_MIN ? (data?.results ?? []) : [];
  const found: Entry[] = results.map((one) => ({
    key: one.contact.sid,
    name: one.contact.name ?? t("contact.unnamed"),
    contact: one.contact,
    found: one,
    go: () => look(one.contact.sid),
  }));
  return { found, more: data?.more ?? false, error: asked.length >= CHARS_MIN ? error : null, isFetching };
}
