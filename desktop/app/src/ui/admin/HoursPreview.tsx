/** How the schedule stands now, and when that changes: the center says it, of the draft. */

import { Badge, Group, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { useAdminQuery } from "../../admin/api.ts";
import type { ScheduleDocument } from "../../admin/types.ts";
import { dateThere } from "../format.ts";

const PAUSE_MS = 300;
/** Openings that are shown. */
const SHOWN_MAX = 4;

export function HoursPreview({ schedule }: { schedule: ScheduleDocument }) {
  const { t } = useTranslation();
  // What it is called changes nothing of when it is open.
  const [asked] = useDebouncedValue(JSON.stringify({ ...schedule, name: "preview" }), PAUSE_MS);
  const { data } = useAdminQuery(["hours", asked], (api) => api.previewHours(JSON.parse(asked)));
  if (!data?.now) return null;
  const { now, changes_at, openings } = data;
  const there = (at: number) => dateThere(at, now.time_zone);
  const change =
    changes_at === null
      ? t("admin.hours.noChange")
      : t(now.open ? "admin.hours.closesAt" : "admin.hours.opensAt", { when: there(changes_at) });
  const next = openings.filter(({ from }) => !now.open || from !== openings[0]?.from);
  return (
    <Group gap="xs" role="status" aria-label={t("admin.hours.preview")}>
      <Badge variant="light" color={now.open ? "teal" : "gray"} tt="none">
        {t(now.open ? "admin.hours.openNow" : "admin.hours.closedNow")}
      </Badge>
      <Text size="sm">
        {change}
        {now.reason && (
          <>
            {" · "}
            <bdi>{now.reason}</bdi>
          </>
        )}
      </Text>
      {next.length > 0 && (
        <Text size="xs" c="dimmed">
          {t("admin.hours.next", {
            list: next
              .slice(0, SHOWN_MAX)
              .map(({ from, to }) => `${there(from)} – ${there(to)}`)
              .join(" · "),
          })}
        </Text>
      )}
    </Group>
  );
}
