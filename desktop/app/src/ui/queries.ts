/** What is asked of `/api`, kept for a while. */

import { useQuery } from "@tanstack/react-query";
import type { Colleague, DeskSettings } from "../session/api.ts";
import { useApi, useDeskState } from "./context.ts";

const STALE_MS = 60_000;
/** How old what colleagues do may be. */
const COLLEAGUES_MS = 10_000;

/** What holds until the center has said what it wants. */
const BEFORE: DeskSettings = {
  task_queues: [],
  canned_replies: [],
  templates: [],
  dispositions: [],
  answer_s_target: 120,
  voice_accounts: [],
};

export function useDeskSettings(): DeskSettings {
  const api = useApi();
  const { data = BEFORE } = useQuery({ queryKey: ["desk"], queryFn: () => api.desk(), staleTime: STALE_MS });
  return data;
}

export function useWorkers(enabled: boolean) {
  const api = useApi();
  return useQuery({ queryKey: ["workers"], queryFn: () => api.workers(), staleTime: STALE_MS, enabled });
}

/** The others as they are now, those first who can take something; asked for again while anybody looks at them. */
export function useColleagues(): Colleague[] {
  const api = useApi();
  const me = useDeskState((state) => state.worker?.sid);
  const { data = [] } = useQuery({
    queryKey: ["colleagues"],
    queryFn: () => api.colleagues(),
    staleTime: COLLEAGUES_MS,
    refetchInterval: COLLEAGUES_MS,
  });
  const isFree = ({ available, connected }: Colleague) => Number(available && connected);
  return data.filter(({ sid }) => sid !== me).sort((one, other) => isFree(other) - isFree(one));
}

/** `version` of the open conversation: with it the list changes. */
export function useConversations(contact: string | null, version: number) {
  const api = useApi();
  return useQuery({
    queryKey: ["conversations", contact, version],
    queryFn: () => api.conversations(contact ?? ""),
    staleTime: STALE_MS,
    enabled: contact !== null,
  });
}
