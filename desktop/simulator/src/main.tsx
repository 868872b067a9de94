import { render } from "preact";
import { Simulator } from "./model.ts";
import { App } from "./view/app.tsx";

const root = document.getElementById("simulator");
if (root) {
  const simulator = new Simulator();
  render(<App simulator={simulator} />, root);
  void simulator.start();
}
