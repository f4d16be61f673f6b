// Pictures by camera: a live one where the browser gives it, else the telephone's own camera.
const at = (id) => document.getElementById(id);

export class Camera {
  #words;
  #taken;
  #otherwise;
  #refused;
  #stream = null;
  #count = 0;

  constructor(words, taken, otherwise, refused) {
    this.#words = words;
    this.#taken = taken;
    this.#otherwise = otherwise;
    this.#refused = refused;
    at("take").addEventListener("click", () => this.#take());
    at("enough").addEventListener("click", () => at("camera").close());
    at("camera").addEventListener("close", () => this.#stop());
  }

  // Only a page with a secure address is given a live picture.
  get #isLive() { return !!navigator.mediaDevices?.getUserMedia; }

  get #isHandheld() { return matchMedia("(pointer: coarse)").matches; }

  get isThere() { return this.#isLive || this.#isHandheld; }

  async open() {
    if (this.#isHandheld || !this.#isLive) return this.#otherwise();
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 3840 }, height: { ideal: 2160 }, facingMode: "environment" }, audio: false });
    } catch {
      return this.#refused(this.#words.cameraRefused);
    }
    this.#count = 0;
    at("camera-status").textContent = "";
    at("take").disabled = true;
    at("video").srcObject = this.#stream;
    at("camera").showModal();
    // Before its first frame a camera gives black paper.
    const ready = () => { at("take").disabled = false; at("take").focus(); };
    if (at("video").requestVideoFrameCallback) at("video").requestVideoFrameCallback(ready);
    else at("video").addEventListener("playing", ready, { once: true });
  }

  #take() {
    const video = at("video");
    if (!video.videoWidth) return;
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d").drawImage(video, 0, 0);
    canvas.toBlob((picture) => {
      this.#taken(picture, ++this.#count);
      at("camera-status").textContent = this.#words.photos.replace("{n}", this.#count);
    }, "image/jpeg", 0.92);
  }

  #stop() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    at("video").srcObject = null;
  }
}
