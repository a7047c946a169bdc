// Asks now and then whether there is news, and offers a link: the page never reloads
// by itself, and what was typed is there again afterwards. Works without this, too.
const news = document.querySelector("#news");
const look = document.querySelector("#look");
const KEPT = "headnote-typed";

function inputs() {
  return document.querySelectorAll("textarea[id], input[type=text][id], select[id]");
}

const kept = sessionStorage.getItem(KEPT);
sessionStorage.removeItem(KEPT);
if (kept) {
  const typed = JSON.parse(kept);
  inputs().forEach((one) => {
    if (one.id in typed && one.id !== "school") one.value = typed[one.id];
  });
}

look?.addEventListener("click", () => {
  const typed = Object.fromEntries([...inputs()].map((one) => [one.id, one.value]));
  sessionStorage.setItem(KEPT, JSON.stringify(typed));
});

async function ask() {
  if (document.visibilityState !== "visible") return;
  const query = new URLSearchParams({ ...news.dataset });
  const answer = await fetch(`/news?${query}`).catch(() => null);
  if (!answer?.ok) return;
  const { count } = await answer.json();
  if (count > 0 && !news.textContent) {
    news.textContent = count > 1 ? "There are new messages." : "There is a new message.";
    look.textContent = "New message: show it";
    look.classList.add("fresh");
  }
}

if (news && look) setInterval(ask, 15000);
