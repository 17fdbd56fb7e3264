// <sky-view data-library data-ra data-dec data-name>: Aladin Lite in place of the chart that stands in
// it. Where the library does not start the chart stays.
class SkyView extends HTMLElement {
  async connectedCallback() {
    const { library, ra, dec, name } = this.dataset;
    try {
      const { default: A } = await import(library);
      await A.init;
      const host = document.createElement("div");
      host.className = "sky";
      this.prepend(host);
      const aladin = A.aladin(host, { target: `${ra} ${dec}`, fov: 4 / 60, survey: "CDS/P/PanSTARRS/DR1/color-z-zg-g", showReticle: false });
      const marks = A.catalog({ name, sourceSize: 18, color: "#ffcc55" });
      aladin.addCatalog(marks);
      marks.addSources([A.source(Number(ra), Number(dec), { name })]);
      this.querySelector("img").hidden = true;
    } catch (fault) {
      this.querySelector(".sky")?.remove();
      console.info("no sky view:", fault.message);
    }
  }
}

customElements.define("sky-view", SkyView);
