// Plays one channel at a time through hls.js, or through the browser where it plays HLS by itself.

const retryAfter = 2000;

export class Player {
  #video;
  #tell;
  #hls = null;
  #address = null;
  #retry = 0;

  // tell: is given a text for the viewer, empty when all is well.
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

  // When what is shown was on the air, in milliseconds since 1970; null while that is not known.
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
    // Refused only where the browser wants a click first; then its controls are there for that.
    this.#video.play().catch(() => this.#tell("Press play to watch."));
  }

  #again(text) {
    this.#tell(text);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#start(), retryAfter);
  }
}
