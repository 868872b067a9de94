/** Opening hours: the week, the days that are not like it, what is decided for now, and what comes of it. */

import { ActionIcon, Button, Select, Text, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useDraft } from "../../admin/draft.ts";
import { type Faults, useFaults } from "../../admin/faults.ts";
import { type ScheduleDocument, WEEKDAYS } from "../../admin/types.ts";
import css from "./AdminPage.module.css";
import { ExceptionRows } from "./ExceptionRows.tsx";
import { HoursPreview } from "./HoursPreview.tsx";
import { OverrideFields } from "./OverrideFields.tsx";
import { WeekGrid } from "./WeekGrid.tsx";

const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];

function fresh(): ScheduleDocument {
  return {
    name: "",
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    weekly: [{ days: WEEKDAYS.slice(0, 5), from: "09:00", to: "17:00" }],
    exceptions: [],
  };
}

export function HoursPart() {
  const { t } = useTranslation();
  const schedules = useDraft((draft) => draft.documents?.workspace.hours) ?? [];
  const edit = useDraft((draft) => draft.edit);
  const faults = useFaults("/hours");
  const put = (at: number, schedule: ScheduleDocument) =>
    edit({ hours: schedules.map((other, index) => (index === at ? schedule : other)) });
  return (
    <>
      <Text size="sm" c="dimmed">
        {t("admin.hours.hint", { open: "{{hours.shop.open}}" })}
      </Text>
      {schedules.map((schedule, at) => (
        <ScheduleCard
          key={at}
          schedule={schedule}
          faults={faults.below(`/${at}`)}
          put={(schedule) => put(at, schedule)}
          remove={() => edit({ hours: schedules.filter((_, index) => index !== at) })}
        />
      ))}
      <Button
        variant="default"
        justify="start"
        leftSection={<IconPlus size={16} aria-hidden />}
        onClick={() => edit({ hours: [...schedules, fresh()] })}
      >
        {t("admin.hours.add")}
      </Button>
    </>
  );
}

interface CardProps {
  schedule: ScheduleDocument;
  faults: Faults;
  put: (schedule: ScheduleDocument) => void;
  remove: () => void;
}

function ScheduleCard({ schedule, faults, put, remove }: CardProps) {
  const { t } = useTranslation();
  const { name, time_zone } = schedule;
  // A zone that this browser does not know may be one all the same.
  const zones = ZONES.includes(time_zone) ? ZONES : [time_zone, ...ZONES];
  return (
    <section className={css.card} aria-label={name}>
      <div className={css.row}>
        <TextInput
          label={t("admin.name")}
          description={t("admin.hours.nameHint", { name: name || "shop" })}
          dir="ltr"
          value={name}
          error={faults.at("/name")}
          onChange={(event) => put({ ...schedule, name: event.currentTarget.value })}
        />
        <Select
          label={t("admin.hours.timeZone")}
          description={t("admin.hours.timeZoneHint")}
          data={zones}
          searchable
          limit={100}
          allowDeselect={false}
          value={time_zone}
          error={faults.at("/time_zone")}
          onChange={(zone) => zone && put({ ...schedule, time_zone: zone })}
        />
        <ActionIcon
          mt={24}
          size="lg"
          variant="subtle"
          color="gray"
          aria-label={t("contact.remove", { name })}
          onClick={remove}
        >
          <IconTrash size={18} aria-hidden />
        </ActionIcon>
      </div>
      <HoursPreview schedule={schedule} />
      {[faults.at("/weekly"), faults.at("/exceptions"), faults.at("")].map(
        (reason) =>
          reason && (
            <Text key={reason} size="sm" className={css.fault}>
              {reason}
            </Text>
          ),
      )}
      <WeekGrid
        weekly={schedule.weekly}
        faults={faults.below("/weekly")}
        change={(weekly) => put({ ...schedule, weekly })}
      />
      <ExceptionRows
        exceptions={schedule.exceptions}
        faults={faults.below("/exceptions")}
        change={(exceptions) => put({ ...schedule, exceptions })}
      />
      <OverrideFields
        override={schedule.override}
        faults={faults.below("/override")}
        change={(override) => {
          const { override: before, ...rest } = schedule;
          put(override ? { ...rest, override } : rest);
        }}
      />
    </section>
  );
}
