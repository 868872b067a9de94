/** What an administrator asks of `/api`. */

import { useQuery } from "@tanstack/react-query";
import type { Api, Named } from "../session/api.ts";
import { useApi } from "../ui/context.ts";
import type {
  Account,
  AppliedVersion,
  Documents,
  Fault,
  HoursPreview,
  Matching,
  ProblemRecord,
  ScheduleDocument,
  Versioned,
  WorkerRecord,
} from "./types.ts";

export interface Question {
  attributes: Record<string, unknown>;
  workflow: string;
  task_channel: string;
  documents: Documents;
}

export class AdminApi {
  constructor(private readonly api: Api) {}

  config(): Promise<Versioned> {
    return this.api.get("/api/config");
  }

  async versions(): Promise<AppliedVersion[]> {
    return (await this.api.get<{ versions: AppliedVersion[] }>("/api/config/versions")).versions;
  }

  version(version: number): Promise<Versioned> {
    return this.api.get(`/api/config/versions/${version}`);
  }

  async check(documents: Documents): Promise<Fault[]> {
    return (await this.api.post<{ faults: Fault[] }>("/api/config/check", documents)).faults;
  }

  apply(documents: Documents, over: number): Promise<{ version: number }> {
    return this.api.post(`/api/config?over=${over}`, documents);
  }

  match(question: Question): Promise<Matching> {
    return this.api.post("/api/config/match", question);
  }

  previewHours(schedule: ScheduleDocument): Promise<HoursPreview> {
    return this.api.post("/api/config/hours", schedule);
  }

  worker(sid: string): Promise<WorkerRecord> {
    return this.api.get(`/api/workers/${encodeURIComponent(sid)}`);
  }

  workers(): Promise<Named[]> {
    return this.api.workers();
  }

  async accounts(): Promise<Account[]> {
    return (await this.api.get<{ accounts: Account[] }>("/api/accounts")).accounts;
  }

  checkAccount(
    account: Pick<Account, "channel" | "account">,
  ): Promise<{ name: string | null; problem: string | null }> {
    return this.api.post("/api/accounts/check", { channel: account.channel, account: account.account });
  }

  async problems(): Promise<ProblemRecord[]> {
    return (await this.api.get<{ problems: ProblemRecord[] }>("/api/problems?limit=100")).problems;
  }
}

export function useAdminApi(): AdminApi {
  return new AdminApi(useApi());
}

export function useAdminQuery<T>(
  key: readonly unknown[],
  ask: (api: AdminApi) => Promise<T>,
  enabled = true,
) {
  const api = useAdminApi();
  return useQuery({ queryKey: ["admin", ...key], queryFn: () => ask(api), enabled, staleTime: 0 });
}
