/** Counts over time as lines. */

import { axisEnd, polyline } from "../../floor/chart.ts";
import css from "./Chart.module.css";
import { BOX, Chart, type Series, STEPS } from "./Chart.tsx";

interface Props {
  title: string;
  labels: readonly string[];
  lines: readonly Series[];
}

export function LineChart({ title, labels, lines }: Props) {
  const end = axisEnd(Math.max(0, ...lines.flatMap(({ values }) => values)), STEPS);
  return (
    <Chart title={title} labels={labels} series={lines} end={end} places="points">
      {lines.map(({ name, values }, index) => (
        <polyline key={name} className={css.line} data-series={index} points={polyline(values, end, BOX)} />
      ))}
    </Chart>
  );
}
