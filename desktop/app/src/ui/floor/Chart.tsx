/** A chart's frame: what it shows, its axis, and the same numbers as a table for whoever does not see it. */

import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type Box, labelled } from "../../floor/chart.ts";
import css from "./Chart.module.css";

export interface Series {
  name: string;
  values: readonly number[];
}

export const BOX: Box = { width: 1000, height: 160 };
export const STEPS = 4;
const LABELS_MAX = 8;

interface Props {
  title: string;
  labels: readonly string[];
  series: readonly Series[];
  end: number;
  format?: (value: number) => string;
  /** Whether a label stands below its point (of a line), or below the middle of its place (of bars). */
  places: "points" | "middles";
  children: ReactNode;
}

export function Chart({ title, labels, series, end, format = String, places, children }: Props) {
  const { t } = useTranslation();
  const steps = Array.from({ length: STEPS + 1 }, (_, step) => (end / STEPS) * step);
  const x = (index: number) =>
    places === "points"
      ? (index / Math.max(1, labels.length - 1)) * BOX.width
      : ((index + 0.5) / labels.length) * BOX.width;
  // Labels at the edges stay within them.
  const anchor = (index: number) => {
    if (places === "middles") return "middle";
    return index === 0 ? "start" : index === labels.length - 1 ? "end" : "middle";
  };
  return (
    <figure className={css.figure}>
      <figcaption className={css.caption}>
        <Text fw={600} size="sm">
          {title}
        </Text>
        <ul className={css.legend} aria-hidden>
          {series.map(({ name }, index) => (
            <li key={name} data-series={index}>
              {name}
            </li>
          ))}
        </ul>
      </figcaption>
      <div className={css.plot} dir="ltr">
        <div className={css.axis} aria-hidden>
          {steps.toReversed().map((value) => (
            <span key={value}>{format(value)}</span>
          ))}
        </div>
        <svg
          className={css.svg}
          viewBox={`0 0 ${BOX.width} ${BOX.height}`}
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          {steps.map((value) => {
            const y = BOX.height - (value / end) * BOX.height;
            return <line key={value} className={css.grid} x1={0} x2={BOX.width} y1={y} y2={y} />;
          })}
          {children}
        </svg>
        <svg className={css.labels} aria-hidden="true">
          {labelled(labels.length, LABELS_MAX).map((index) => (
            <text key={index} x={`${(x(index) / BOX.width) * 100}%`} y={13} textAnchor={anchor(index)}>
              {labels[index]}
            </text>
          ))}
        </svg>
      </div>
      <details className={css.details}>
        <summary>{t("floor.asTable")}</summary>
        <div className={css.scroll} tabIndex={0} role="region" aria-label={title}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t("floor.time")}</th>
                {series.map(({ name }) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {labels.map((label, index) => (
                <tr key={index}>
                  <th scope="row">{label}</th>
                  {series.map(({ name, values }) => (
                    <td key={name}>{format(values[index] ?? 0)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}
