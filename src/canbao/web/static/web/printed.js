// Sugar: once the original is printed, this page says so as soon as the clerk is back. The page is whole without it; an
// older page asks for the original, and the server answers that it is printed already.
(() => {
  const form = document.querySelector("form[data-once]");
  if (!form) return;
  form.addEventListener("submit", () => {
    form.querySelector("button").disabled = true; // the print has been asked for with it already
    window.addEventListener("focus", () => location.reload());
  });
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
})();
