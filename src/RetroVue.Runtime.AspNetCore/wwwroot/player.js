// Plays one channel at a time with hls.js, or with the browser itself if hls.js is not supported but the browser plays HLS.

const retryAfter = 2000;

export class Player {
  #video;
  #tell;
  #hls = null;
  #address = null;
  #retry = 0;

  // tell: called with a text for the viewer, which is empty if there is no problem.
  constructor(video, tell) {
    this.#video = video;
    this.#tell = tell;
    video.addEventListener("playing", () => tell(""));
    video.addEventListener("waiting", () => tell("Tuning in …"));
    video.addEventListener("error", () => this.#hls ?? this.#again("The browser cannot play this channel. Trying again …"));
  }

  play(address) {
    if (address === this.#address) {
      return;
    }

    this.#address = address;
    this.#tell("Tuning in …");
    this.#start();
  }

  // Returns when the picture on the screen was on the air, in milliseconds since 1970; null if that is not known.
  date() {
    const date = this.#hls
      ? this.#hls.playingDate?.getTime()
      : this.#video.getStartDate?.().getTime() + this.#video.currentTime * 1000;
    return Number.isFinite(date) ? date : null;
  }

  #start() {
    clearTimeout(this.#retry);
    this.#hls?.destroy();
    this.#hls = null;
    if (globalThis.Hls?.isSupported()) {
      this.#startWithLibrary();
    } else if (this.#video.canPlayType("application/vnd.apple.mpegurl")) {
      this.#video.src = this.#address;
      this.#go();
    } else {
      this.#tell("This browser cannot play HLS. Use the stream's address below in a player.");
    }
  }

  #startWithLibrary() {
    const { Hls } = globalThis;
    const hls = new Hls({ liveSyncDurationCount: 3, liveMaxLatencyDurationCount: 6, backBufferLength: 10 });
    this.#hls = hls;
    hls.on(Hls.Events.MANIFEST_PARSED, () => this.#go());
    hls.on(Hls.Events.ERROR, (_, error) => {
      if (!error.fatal) {
        return;
      }

      if (error.type === Hls.ErrorTypes.MEDIA_ERROR) {
        hls.recoverMediaError();
      } else {
        this.#again("No signal. Trying again …");
      }
    });
    hls.loadSource(this.#address);
    hls.attachMedia(this.#video);
  }

  #go() {
    // The browser refuses this only if it requires a click first; the viewer can click its controls.
    this.#video.play().catch(() => this.#tell("Press play to watch."));
  }

  #again(text) {
    this.#tell(text);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#start(), retryAfter);
  }
}
