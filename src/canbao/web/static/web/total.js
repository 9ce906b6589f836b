// Sugar: keep the sum in step with the check boxes. The page is whole without it; the server adds up for itself.
(() => {
  const boxes = document.querySelectorAll("input[data-fen]");
  const total = document.getElementById("total"); // a clerk's: the figure alone
  const chosen = document.getElementById("chosen"); // a family's: how many people, and the sum
  if (!boxes.length) return;
  const add = () => {
    const ticked = [...boxes].filter((box) => box.checked);
    const fen = ticked.reduce((sum, box) => sum + Number(box.dataset.fen), 0);
    const yuan = `${Math.floor(fen / 100).toLocaleString("en")}.${String(fen % 100).padStart(2, "0")}`;
    if (total) total.textContent = yuan;
    if (chosen) {
      for (const part of chosen.children) {
        part.textContent = part.dataset.says.replace("{people}", ticked.length).replace("{sum}", yuan);
      }
    }
  };
  boxes.forEach((box) => box.addEventListener("change", add));
  window.addEventListener("pageshow", add); // a browser that goes back brings its ticks along
  add();
})();
