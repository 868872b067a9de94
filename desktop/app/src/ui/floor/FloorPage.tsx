/** What a supervisor runs the floor from. */

import css from "./FloorPage.module.css";
import { LiveFloor } from "./LiveFloor.tsx";

export function FloorPage() {
  return (
    <main className={css.page}>
      <LiveFloor />
    </main>
  );
}
