// The page: channels on the right, the selected channel (in the address after #) on the left, station time above.

import * as clock from "./clock.js";
import { Player } from "./player.js";

const channelsEvery = 5000;
const stillsEvery = 15000;
const clockEvery = 30000;
const loading = "Looking at its files …";
const silence = "The station does not answer. Trying again …";

const find = (id) => document.getElementById(id);
const player = new Player(find("video"), (text) => { find("notice").textContent = text; });
const entries = new Map();
let channels = [];

const atTime = (text) => new Date(text).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const viewersText = (count) => (count === 1 ? "1 viewer" : `${count} viewers`);
const picked = () => channels.find((channel) => `#${channel.shortName}` === location.hash) ?? channels[0];

function progressOf(airing, at) {
  const start = Date.parse(airing.start);
  return Math.min(Math.max((at - start) / (Date.parse(airing.end) - start), 0), 1);
}

// Returns the entries that the viewer sees, and their time: the player is some seconds behind the station.
function shownOn(channel) {
  const at = (channel === picked() ? player.date() : null) ?? clock.now();
  const airings = [...channel.before, channel.now, channel.next];
  const index = airings.findIndex((airing) => at < Date.parse(airing.end));
  const now = airings.at(index);
  return { at, now: channel.isLoading ? { ...now, title: loading } : now, next: airings[index + 1] ?? channel.next };
}

function showLamp(lamp, channel) {
  lamp.classList.toggle("lit", channel.producerStatus === "running");
  lamp.classList.toggle("troubled", ["degraded", "failed"].includes(channel.producerHealth));
  lamp.title = channel.healthReason ?? "";
}

function entryOf(channel, index) {
  let entry = entries.get(channel.id);
  if (!entry) {
    entry = find("channel-template").content.firstElementChild.cloneNode(true);
    entry.querySelector(".channel").href = `#${channel.shortName}`;
    entry.querySelector(".number").textContent = index + 1;
    const image = entry.querySelector("img");
    image.addEventListener("load", () => showStill(entry, true));
    image.addEventListener("error", () => showStill(entry, false));
    entries.set(channel.id, entry);
    find("channel-list").append(entry);
  }

  return entry;
}

function showStill(entry, isThere) {
  entry.querySelector("img").hidden = !isThere;
  entry.querySelector(".still").classList.toggle("has-picture", isThere);
}

function showList() {
  for (const [index, channel] of channels.entries()) {
    const entry = entryOf(channel, index);
    const link = entry.querySelector(".channel");
    if (channel === picked()) {
      link.setAttribute("aria-current", "true");
    } else {
      link.removeAttribute("aria-current");
    }

    showLamp(entry.querySelector(".lamp"), channel);
    entry.querySelector(".text").textContent = channel.name;
    entry.querySelector(".viewers").textContent = viewersText(channel.viewerCount);
    const { at, now, next } = shownOn(channel);
    entry.querySelector(".now").textContent = now.title;
    entry.querySelector(".then").textContent = `${atTime(next.start)} ${next.title}`;
    entry.querySelector("progress").value = progressOf(now, at);
  }
}

function showPicked() {
  const channel = picked();
  if (!channel) {
    return;
  }

  player.play(`channels/${channel.shortName}/hls/index.m3u8`);
  const { at, now, next } = shownOn(channel);
  document.title = `${now.title} · ${channel.name} · RetroVue`;
  showLamp(find("lamp"), channel);
  find("channel-name").textContent = `${channel.name} · ${viewersText(channel.viewerCount)}`;
  find("now-title").textContent = now.title;
  find("now-start").textContent = atTime(now.start);
  find("now-end").textContent = atTime(now.end);
  find("now-progress").value = progressOf(now, at);
  find("next").textContent = `Next at ${atTime(next.start)}: ${next.title}`;
  find("stream").value = new URL(`channels/${channel.shortName}/live.ts`, document.baseURI).href.split("#")[0];
}

function show() {
  showList();
  showPicked();
}

async function refresh() {
  const response = await fetch("api/channels", { cache: "no-store" });
  channels = await response.json();
  if (find("notice").textContent === silence) {
    find("notice").textContent = "";
  }

  show();
}

// Loads a still of the present item, for each channel except the one that plays.
function refreshStills() {
  for (const channel of channels.filter((other) => other !== picked())) {
    const turn = Math.floor(clock.now() / stillsEvery);
    entries.get(channel.id).querySelector("img").src = `channels/${channel.shortName}/still.jpg?${turn}`;
  }
}

function tick() {
  const now = clock.now();
  const time = new Date(now);
  find("clock").textContent = time.toISOString().slice(11, 19);
  find("clock").dateTime = time.toISOString();
  if (channels.some((channel) => Date.parse(channel.now.end) <= now)) {
    soon(refresh);
  } else {
    show();
  }

  setTimeout(tick, 1000 - (now % 1000));
}

async function keepTime() {
  await clock.synchronise();
  find("clock-source").textContent = `${clock.clockName()} ±${Math.ceil(clock.uncertainty())} ms`;
}

// The station may be restarting: a failed request is repeated at its next turn.
const soon = (work) => work().catch(() => { find("notice").textContent = silence; });

find("sound").addEventListener("click", () => { find("video").muted = !find("video").muted; });
find("video").addEventListener("volumechange", () => {
  const isOn = !find("video").muted;
  find("sound").textContent = isOn ? "Sound off" : "Sound on";
});
find("copy").addEventListener("click", async () => {
  find("stream").select();
  await navigator.clipboard?.writeText(find("stream").value);
  find("copy").textContent = "Copied";
  setTimeout(() => { find("copy").textContent = "Copy"; }, 1500);
});
document.querySelector("[data-skip]").addEventListener("click", (event) => {
  event.preventDefault();
  find("channels").focus();
});
addEventListener("hashchange", () => {
  show();
  refreshStills();
});

await soon(keepTime);
await soon(refresh);
refreshStills();
tick();
setInterval(() => soon(refresh), channelsEvery);
setInterval(refreshStills, stillsEvery);
setInterval(() => soon(keepTime), clockEvery);
