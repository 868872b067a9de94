/** Who is played. */
import type { Simulator } from "../model.ts";

export function People({ simulator }: { simulator: Simulator }) {
  return (
    <div class="people">
      <label for="person">You are</label>
      <select
        id="person"
        value={String(simulator.at)}
        onChange={(event) => simulator.play(Number(event.currentTarget.value))}
      >
        {simulator.people.map((person, at) => (
          <option key={person.number} value={String(at)}>
            {person.name}
          </option>
        ))}
      </select>
      <button type="button" onClick={() => simulator.newPerson()}>
        Somebody new
      </button>
    </div>
  );
}
