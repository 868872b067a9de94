/** A flow's widgets and the ways between them; the chosen one in words beside. */

import { Code, Group, Text, Title } from "@mantine/core";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { BOX, graph, type Widget, widgetOf } from "../../admin/graph.ts";
import type { Fault } from "../../admin/types.ts";
import css from "./FlowGraph.module.css";

interface Props {
  name: string;
  definition: unknown;
  faults: readonly Fault[];
}

/** Characters that fit into a box. */
const NAME_CHARS_MAX = 24;

function cut(text: string): string {
  return text.length > NAME_CHARS_MAX ? `${text.slice(0, NAME_CHARS_MAX - 1)}…` : text;
}

export function FlowGraph({ name, definition, faults }: Props) {
  const { t } = useTranslation();
  const { widgets, lines, width, height } = useMemo(() => graph(definition), [definition]);
  const [chosen, setChosen] = useState<string | null>(null);
  const faulty = new Set(faults.map(({ position }) => widgetOf(position)));
  const shown = widgets.find((widget) => widget.name === chosen) ?? null;
  return (
    <div className={css.both}>
      <div
        className={css.scroll}
        tabIndex={0}
        role="region"
        aria-label={t("admin.graph", { name })}
        dir="ltr"
      >
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="group" aria-label={name}>
          <defs>
            <marker
              id="arrow"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto"
            >
              <path d="M 0 0 L 8 4 L 0 8 z" className={css.tip} />
            </marker>
          </defs>
          {lines.map(({ from, to, event, path }, at) => (
            <path
              key={at}
              d={path}
              className={css.line}
              markerEnd="url(#arrow)"
              data-chosen={from === chosen || to === chosen || undefined}
            >
              <title>{`${from} – ${event} → ${to}`}</title>
            </path>
          ))}
          {widgets.map((widget) => (
            <g
              key={`${widget.index} ${widget.name}`}
              className={css.widget}
              transform={`translate(${widget.x} ${widget.y})`}
              role="button"
              tabIndex={0}
              aria-pressed={widget.name === chosen}
              data-faulty={faulty.has(widget.index) || undefined}
              onClick={() => setChosen(widget.name)}
              onKeyDown={(event) => {
                if (event.key !== "Enter" && event.key !== " ") return;
                event.preventDefault();
                setChosen(widget.name);
              }}
            >
              <rect width={BOX.width} height={BOX.height} rx={8} />
              <text x={10} y={21} className={css.name}>
                {cut(widget.name)}
              </text>
              <text x={10} y={39}>
                {cut(widget.type)}
              </text>
            </g>
          ))}
        </svg>
      </div>
      {shown && (
        <Details
          widget={shown}
          faults={faults.filter(({ position }) => widgetOf(position) === shown.index)}
        />
      )}
    </div>
  );
}

function Details({ widget, faults }: { widget: Widget; faults: readonly Fault[] }) {
  const { t } = useTranslation();
  const { offset, ...properties } = widget.properties;
  return (
    <aside className={css.details} aria-label={widget.name}>
      <Title order={3} size="h6">
        <bdi>{widget.name}</bdi>
      </Title>
      <Text size="xs" c="dimmed">
        {widget.type}
      </Text>
      {faults.map(({ position, reason }) => (
        <Text key={`${position} ${reason}`} size="sm" className={css.fault}>
          <bdi>{reason}</bdi>
        </Text>
      ))}
      {widget.transitions.map(({ event, next }, at) => (
        <Group key={at} gap={6} wrap="nowrap">
          <Text size="sm">{event}</Text>
          <Text size="sm" c="dimmed">
            → <bdi>{next ?? t("admin.end")}</bdi>
          </Text>
        </Group>
      ))}
      <Code block dir="ltr" className={css.code} tabIndex={0} aria-label={t("admin.properties")}>
        {JSON.stringify(properties, null, 2)}
      </Code>
    </aside>
  );
}
