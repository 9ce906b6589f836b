// Sugar: keep the sum beside the check boxes in step. The page is whole without it; the server adds up for itself.
(() => {
  const total = document.getElementById("total");
  const boxes = document.querySelectorAll("input[data-fen]");
  if (!total || !boxes.length) return;
  const add = () => {
    let fen = 0;
    boxes.forEach((box) => { if (box.checked) fen += Number(box.dataset.fen); });
    total.textContent = `${Math.floor(fen / 100).toLocaleString("en")}.${String(fen % 100).padStart(2, "0")}`;
  };
  boxes.forEach((box) => box.addEventListener("change", add));
  add();
})();
