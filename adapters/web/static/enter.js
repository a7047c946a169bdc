// Enter sends, Shift+Enter starts a new line. The page works without this.
document.querySelector("#question")?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});
