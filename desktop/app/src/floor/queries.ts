/** The floor as the center tells it, asked for again while somebody looks. */

import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Conversation, ConversationSid, Message, Seq } from "../protocol/generated.ts";
import type { Api } from "../session/api.ts";
import { useApi } from "../ui/context.ts";
import type { By, Span, Stats } from "./history.ts";
import { refreshMs } from "./model.ts";
import type {
  FloorQueue,
  FloorQueues,
  FloorTask,
  FloorTasks,
  FloorWorker,
  FloorWorkers,
  TasksOf,
} from "./types.ts";

const PAGE = 100;
/** Workers that the page shows: each costs half a read unit every time. */
const WORKERS_MAX = 500;
const REFRESH_MS = 5_000;
/** A conversation that is looked into; one look costs a read unit for each page that is shown, and half a unit. */
const LOOK_MS = 3_000;

async function allQueues(api: Api): Promise<FloorQueues> {
  const queues: FloorQueue[] = [];
  for (;;) {
    const after = queues.at(-1)?.sid;
    const page = await api.get<FloorQueues>("/api/floor/queues", { limit: PAGE, after });
    queues.push(...page.queues);
    if (!page.more || page.queues.length === 0) {
      queues.sort((a, b) => a.friendly_name.localeCompare(b.friendly_name));
      return { ...page, queues };
    }
  }
}

async function allWorkers(api: Api): Promise<FloorWorkers> {
  const workers: FloorWorker[] = [];
  for (;;) {
    const after = workers.at(-1)?.sid;
    const page = await api.get<FloorWorkers>("/api/floor/workers", { limit: PAGE, after });
    workers.push(...page.workers);
    if (!page.more || page.workers.length === 0 || workers.length >= WORKERS_MAX) return { ...page, workers };
  }
}

export function useFloorQueues() {
  const api = useApi();
  return useQuery({
    queryKey: ["floor", "queues"],
    queryFn: () => allQueues(api),
    refetchInterval: REFRESH_MS,
  });
}

export function useFloorWorkers() {
  const api = useApi();
  return useQuery({
    queryKey: ["floor", "workers"],
    queryFn: () => allWorkers(api),
    refetchInterval: ({ state }) => refreshMs(state.data?.workers.length ?? 0),
  });
}

export function useFloorTasks(of: TasksOf | null) {
  const api = useApi();
  return useQuery({
    queryKey: ["floor", "tasks", of],
    queryFn: () => api.get<FloorTasks>("/api/floor/tasks", { limit: PAGE, ...of }),
    refetchInterval: REFRESH_MS,
    enabled: of !== null,
  });
}

interface MessagePage {
  messages: Message[];
  more: boolean;
}

/** A conversation as it is, without being on it. */
export function useLook(sid: ConversationSid) {
  const api = useApi();
  const path = `/api/conversations/${encodeURIComponent(sid)}`;
  const conversation = useQuery({
    queryKey: ["look", sid],
    queryFn: () => api.get<Conversation>(path),
    refetchInterval: LOOK_MS,
  });
  const pages = useInfiniteQuery({
    queryKey: ["look", sid, "messages"],
    queryFn: ({ pageParam }) => api.get<MessagePage>(`${path}/messages`, { limit: PAGE, before: pageParam }),
    initialPageParam: undefined as Seq | undefined,
    getNextPageParam: ({ messages, more }) => (more ? messages[0]?.seq : undefined),
    placeholderData: keepPreviousData,
    refetchInterval: LOOK_MS,
  });
  const messages = useMemo(
    () => pages.data?.pages.toReversed().flatMap(({ messages }) => messages),
    [pages.data],
  );
  return {
    conversation: conversation.data,
    messages,
    error: conversation.error ?? pages.error,
    more: pages.hasNextPage,
    older: () => void pages.fetchNextPage(),
    again: () => {
      void conversation.refetch();
      void pages.refetch();
    },
  };
}

/** A task with what led to where it is. */
export function useTask(sid: string | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: ["floor", "task", sid],
    queryFn: () => api.get<FloorTask>(`/api/tasks/${encodeURIComponent(sid ?? "")}`),
    refetchInterval: REFRESH_MS,
    enabled: sid !== undefined,
  });
}

/** What a look at the past costs grows with what there is: once a minute is often enough. */
const STATS_MS = 60_000;

export function useStats(span: Span, by: By) {
  const api = useApi();
  return useQuery({
    queryKey: ["stats", span, by],
    queryFn: () => api.get<Stats>("/api/stats", { ...span, by }),
    placeholderData: keepPreviousData,
    refetchInterval: STATS_MS,
  });
}

/** The tasks that ended in the last half hour, for the service level. */
export function useLately(now: number) {
  const to = Math.ceil(now / STATS_MS) * STATS_MS;
  return useStats({ from: to - LATELY_MS, to, interval_s: LATELY_MS / 1000 }, "queue");
}

const LATELY_MS = 30 * 60_000;
