// Raccourcis, menus, attention : rien ici n'est nécessaire pour se servir des pages.
"use strict";

const GO = { t: "/tableau-de-bord", r: "/resiliations", c: "/credit", a: "/aide" };
const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const MOST_BYTES = 11 * 2 ** 20 - 2 ** 16;
let waitingForPlace = 0;

const openMenus = () => document.querySelectorAll("details.menu[open]");

function closeMenus(except) {
  for (const menu of openMenus()) if (menu !== except) menu.open = false;
}

function press(key) {
  const target = document.querySelector(`[data-touche="${key}"]`);
  if (!target) return false;
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.querySelector("select, input")?.focus();
  } else target.click();
  return true;
}

function moveInRows(step) {
  const links = [...document.querySelectorAll(".tableau--courriers tbody th a, .taches--bord .taches__titre a")];
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  links[Math.min(links.length - 1, Math.max(0, at + step))].focus();
}

function onShortcut(event) {
  if (event.ctrlKey && event.key === "Enter") {
    const form = document.activeElement?.closest("form") ?? document.querySelector("main form[method=post]");
    form?.requestSubmit(form.querySelector(".bouton--principal[type=submit]") ?? undefined);
    return;
  }
  if (event.key === "Escape") {
    const menu = document.activeElement?.closest("details.menu[open]");
    closeMenus();
    menu?.querySelector("summary").focus();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest?.(TYPING)) return;
  const key = event.key.toLowerCase();
  const going = performance.now() < waitingForPlace;
  waitingForPlace = 0;
  if (going && GO[key]) { location.assign(GO[key]); return; }
  if (key === "g") { waitingForPlace = performance.now() + 1500; return; }
  if (key === "/") { const q = document.getElementById("q"); if (q) { event.preventDefault(); q.focus(); } return; }
  if (key === "?") { location.assign("/aide#clavier"); return; }
  if (press(key)) { event.preventDefault(); return; }
  if (!document.getElementById("q")) return;
  if (key === "n") location.assign("/resiliations/nouvelle");
  else if (key === "j") moveInRows(1);
  else if (key === "k") moveInRows(-1);
  else if (key === "f") { const first = document.querySelector(".filtres .filtre"); if (first) { event.preventDefault(); first.focus(); } }
}

// Un fichier que le serveur ne lirait même pas est refusé ici, avant d'être envoyé.
function weigh(input) {
  const size = Math.max(0, ...[...input.files].map((file) => file.size));
  const sentence = size > MOST_BYTES ? input.dataset.tropLourd.replace("{}", Math.ceil(size / 2 ** 20)) : "";
  const said = document.getElementById(`${input.id}-poids`);
  document.getElementById(`${input.id}-erreur`)?.remove(); // it was about the file before
  input.setCustomValidity(sentence);
  said.textContent = sentence;
  said.hidden = !sentence;
  input.closest(".champ").classList.toggle("champ--erreur", Boolean(sentence));
}

document.addEventListener("keydown", onShortcut);
document.addEventListener("change", (event) => {
  if (event.target.dataset.tropLourd) weigh(event.target);
});
document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details.menu"));
  if (event.target.closest("[data-imprimer]")) print();
});
document.addEventListener("DOMContentLoaded", () => (document.getElementById("erreurs") ?? document.getElementById("refus"))?.focus());
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.parti) event.preventDefault();
  else if (form.method === "post" && !("encore" in form.dataset)) form.dataset.parti = "oui";
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-parti]").forEach((form) => delete form.dataset.parti));
