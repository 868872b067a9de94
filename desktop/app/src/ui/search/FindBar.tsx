/** Words that are looked for in what was said with one contact, and the way from one place to the next. */

import { ActionIcon, Button, Group, Loader, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconChevronDown, IconChevronUp, IconSearch } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ContactSid, Message } from "../../protocol/generated.ts";
import { useApi } from "../context.ts";

const PAUSE_MS = 250;
const CHARS_MIN = 2;

interface Props {
  contact: ContactSid;
  question: string;
  ask: (question: string) => void;
  /** The message that is to be seen; none: the end. */
  show: (message: Message | null) => void;
}

export function FindBar({ contact, question, ask, show }: Props) {
  const { t } = useTranslation();
  const api = useApi();
  const [asked] = useDebouncedValue(question.trim(), PAUSE_MS);
  const isAsked = asked.length >= CHARS_MIN;
  const { data, error, isFetching, hasNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: ["contact-search", contact, asked],
    queryFn: ({ pageParam }) => api.searchMessages(contact, asked, pageParam),
    initialPageParam: null as number | null,
    getNextPageParam: ({ before }) => before ?? null,
    enabled: isAsked,
    retry: false,
    staleTime: 0,
  });
  // The newest first, as they are gone through.
  const hits = useMemo(
    () => (isAsked ? (data?.pages.flatMap(({ messages }) => messages.toReversed()) ?? []) : []),
    [data, isAsked],
  );
  const [at, setAt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another question begins with its newest hit
  useEffect(() => setAt(0), [asked]);
  const current = hits[at];
  useEffect(() => show(current ?? null), [current, show]);
  const step = (by: number) => {
    if (hits.length > 0) setAt((at + by + hits.length) % hits.length);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
    event.preventDefault();
    step(event.shiftKey ? -1 : 1);
  };
  return (
    <Group gap="xs" wrap="nowrap" role="search">
      <TextInput
        flex={1}
        data-autofocus
        dir="auto"
        aria-label={t("search.inMessages")}
        placeholder={t("search.inMessages")}
        leftSection={<IconSearch size={16} aria-hidden />}
        rightSection={isFetching && <Loader size="xs" />}
        value={question}
        onChange={({ currentTarget: { value } }) => ask(value)}
        onKeyDown={onKeyDown}
      />
      <Text size="sm" role="status" miw={90}>
        {isAsked &&
          !isFetching &&
          (error?.message ?? t("search.hits", { at: hits.length && at + 1, number: hits.length }))}
      </Text>
      <ActionIcon
        variant="default"
        aria-label={t("search.earlier")}
        disabled={hits.length < 2}
        onClick={() => step(1)}
      >
        <IconChevronUp size={16} aria-hidden />
      </ActionIcon>
      <ActionIcon
        variant="default"
        aria-label={t("search.later")}
        disabled={hits.length < 2}
        onClick={() => step(-1)}
      >
        <IconChevronDown size={16} aria-hidden />
      </ActionIcon>
      {hasNextPage && isAsked && (
        <Button size="compact-sm" variant="subtle" onClick={() => void fetchNextPage()}>
          {t("search.further")}
        </Button>
      )}
    </Group>
  );
}
