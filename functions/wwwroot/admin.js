// Copies what a field shows, on request: a token is shown once and typed by nobody.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    // Without a secure context there is no clipboard; the text is selected and Ctrl+C takes it.
    if (!navigator.clipboard) return;
    await navigator.clipboard.writeText(field.value);
    button.textContent = button.dataset.copied;
  });
}
document.documentElement.classList.add("scripted");
