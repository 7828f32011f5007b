// Choosing several of a list: each is a checkbox of the form in the bar below, which says how many they are.
(() => {
  const boxes = () => [...document.querySelectorAll("[data-chooses]")];
  const count = () => {
    const chosen = boxes().filter(({ checked }) => checked).length;
    for (const words of document.querySelectorAll("[data-counts-chosen]")) words.textContent = chosen ? `${window.locally.number(chosen)} chosen` : "None chosen";
    for (const button of document.querySelectorAll("[data-needs-chosen]")) button.disabled = !chosen;
  };
  document.addEventListener("change", (event) => { if (event.target.matches?.("[data-chooses]")) count(); });
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-chooses-all]")) return;
    const all = boxes();
    const shouldChoose = all.some(({ checked }) => !checked);
    for (const box of all) box.checked = shouldChoose;
    count();
  });
})();
