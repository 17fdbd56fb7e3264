// <sky-view data-library data-ra data-dec data-name>: Aladin Lite in place of the chart that stands in
// it. The chart stays where the library does not start or the server of the sky's images is not there:
// Aladin asks for it over and over.
const TILES = "https://alasky.cds.unistra.fr/Pan-STARRS/DR1/color-z-zg-g";

class SkyView extends HTMLElement {
  async connectedCallback() {
    const { library, ra, dec, name } = this.dataset;
    try {
      const properties = await fetch(`${TILES}/properties`);
      if (!properties.ok) throw new Error(`${TILES} answers ${properties.status}`);
      const { default: A } = await import(library);
      await A.init;
      const host = document.createElement("div");
      host.className = "sky";
      this.prepend(host);
      const aladin = A.aladin(host, { target: `${ra} ${dec}`, fov: 4 / 60, survey: TILES, showReticle: false, log: false });
      const marks = A.catalog({ name, sourceSize: 18, color: "#ffcc55" });
      aladin.addCatalog(marks);
      marks.addSources([A.source(Number(ra), Number(dec), { name })]);
      this.querySelector(":scope > img").hidden = true;
    } catch (fault) {
      this.querySelector(".sky")?.remove();
      this.dataset.fault = fault.message;
    }
  }
}

customElements.define("sky-view", SkyView);
