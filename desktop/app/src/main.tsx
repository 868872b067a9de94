import "./ui/focus.css";
import "./ui/mantine.css";
import "./ui/theme.css";
import { createRoot } from "react-dom/client";
import { start } from "./i18n/index.ts";
import { App } from "./ui/App.tsx";

const root = document.getElementById("root");
if (root) {
  await start();
  createRoot(root).render(<App />);
}
