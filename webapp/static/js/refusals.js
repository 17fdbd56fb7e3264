// Forms that htmx sends: what was refused is said in the form, at [data-fault], which is emptied when
// the form is sent again; the form stays as it is.
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const place = placeOf(detail.requestConfig.elt);
  if (place) place.replaceChildren();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (xhr.status < 400) return;
  const place = placeOf(requestConfig.elt);
  if (!place) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
  event.detail.target = place;
  event.detail.swapOverride = "innerHTML";
  event.detail.selectOverride = "unset"; // whatever part of a page the form would take
});

function placeOf(element) {
  return (element.closest("form") ?? element).querySelector("[data-fault]");
}
