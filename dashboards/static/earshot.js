// Draws charts, makes them lead to their posts, and looks whether something new has arrived. The pages work without it.
"use strict";

const still = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");
const REFRESH_SECONDS = 20;
const REFRESH_SECONDS_WHILE_EMPTY = 4;

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function coloured(layout) {
  const axis = { color: colour("--soft"), gridcolor: colour("--grid"), zerolinecolor: colour("--line"), tickcolor: colour("--line") };
  const hoverlabel = { bgcolor: colour("--paper"), bordercolor: colour("--soft"), font: { color: colour("--ink") } };
  return {
    ...layout,
    autosize: true,
    hoverlabel,
    font: { ...layout.font, color: colour("--ink") },
    xaxis: { ...layout.xaxis, ...axis },
    yaxis: { ...layout.yaxis, ...axis },
  };
}

function draw(chart) {
  const figure = JSON.parse(chart.dataset.figure);
  const config = { displayModeBar: false, responsive: true, staticPlot: false, doubleClick: false, showTips: false };
  chart.replaceChildren();
  Plotly.newPlot(chart, figure.data, coloured(figure.layout), config).then(() => {
    chart.dataset.drawn = "yes";
    chart.on("plotly_click", (event) => {
      const address = event.points[0].customdata;
      if (typeof address === "string" && /^\/(posts\?|alerts\/)/.test(address)) location.assign(address);
    });
  });
  dark.addEventListener("change", () => Plotly.relayout(chart, coloured(figure.layout)));
}

function isResting() {
  const busy = document.activeElement && document.activeElement !== document.body && document.activeElement.id !== "main";
  return !busy && scrollY < 40 && !document.querySelector("details[open]") && !getSelection().toString();
}

async function look(body, notice) {
  if (document.hidden) return;
  let health;
  try {
    const answer = await fetch("/api/health", { headers: { accept: "application/json" } });
    if (!answer.ok) return;
    health = await answer.json();
  } catch {
    return; // the server is being restarted; the next look will tell
  }
  if (health.revision === body.dataset.revision) return;
  const mayReload = body.dataset.waits || (location.pathname === "/" && isResting() && !still.matches);
  if (mayReload) location.reload();
  else notice.hidden = false;
}

document.addEventListener("DOMContentLoaded", () => {
  if (window.Plotly) document.querySelectorAll("[data-figure]").forEach(draw);
  const notice = document.getElementById("fresh");
  if (document.body.dataset.revision && notice) {
    const seconds = document.body.dataset.waits ? REFRESH_SECONDS_WHILE_EMPTY : REFRESH_SECONDS;
    setInterval(() => look(document.body, notice), seconds * 1000);
  }
});
// The post that a key is meant for: the one in which the focus is, the one that the address names, or the only one.
function postMeant() {
  const here = document.activeElement?.closest("article.post") ?? document.querySelector("article.post:target");
  const all = document.querySelectorAll("article.post");
  return here ?? (all.length === 1 ? all[0] : null);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "")) return;
  if (event.key === "c") {
    const form = postMeant()?.querySelector("details.correct");
    if (!form) return;
    event.preventDefault();
    form.open = true;
    form.querySelector("select").focus();
  } else if (event.key === "u") {
    postMeant()?.querySelector("form.uncorrect button")?.click();
  }
});
document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "");
  const box = document.getElementById("q");
  if (event.key === "/" && !typing && box && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    box.focus();
  }
});
