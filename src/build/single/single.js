// Shows the page that the address names, in a file that holds all pages of a site.
(() => {
  const pages = [...document.querySelectorAll("main[data-title]")];
  const inFrame = [...document.querySelectorAll("a[href]")].filter((link) => !link.closest("main"));
  const texts = new Map([...document.querySelectorAll("[data-text]")].map((text) => [text.dataset.text, text]));
  const instantly = { behavior: "instant" };
  let open = null;

  // Files and attachments are opened in viewers of many kinds. Some keep no history.
  const keep = (action) => {
    try {
      action();
    } catch {}
  };

  const named = () => {
    try {
      return decodeURIComponent(location.hash.slice(1));
    } catch {
      return "";
    }
  };

  const encoded = (id) => id.split("/").map(encodeURIComponent).join("/");

  // Gives the copy of a text the ids of the page that it is copied to, and marks the link to that page.
  const adopt = (content, from, to) => {
    const starts = [
      [`${from}:`, `${to}:`],
      [`#${encoded(from)}:`, `#${encoded(to)}:`],
    ];
    const elements = [...content.querySelectorAll("*")];
    const linksTo = (id) => elements.filter((element) => element.getAttribute("href") === `#${encoded(id)}`);
    const marked = linksTo(from).filter((link) => link.hasAttribute("aria-current"));
    for (const link of marked) link.removeAttribute("aria-current");
    if (marked.length) for (const link of linksTo(to)) link.setAttribute("aria-current", "true");
    for (const element of elements) {
      element.removeAttribute("data-text");
      for (const attribute of element.attributes) {
        for (const [start, replaced] of starts) {
          if (attribute.value.startsWith(start)) attribute.value = attribute.value.replaceAll(start, replaced);
        }
      }
    }
  };

  // Fills in the texts that are written on another page.
  const fill = (holder) => {
    for (const copy of holder.querySelectorAll("[data-copy]")) {
      const original = texts.get(copy.dataset.copy);
      fill(original);
      const content = original.cloneNode(true);
      const [from, to] = [original, copy].map((element) => element.closest("main").id);
      adopt(content, from, to);
      copy.replaceChildren(...content.childNodes);
      copy.removeAttribute("data-copy");
    }
  };

  const turnTo = (page) => {
    fill(page);
    for (const other of pages) other.hidden = other !== page;
    document.title = page.dataset.title;
    const current = (page.dataset.current ?? "").split(" ");
    for (const link of inFrame) {
      if (link.hasAttribute("data-to-page")) link.setAttribute("href", `#${encoded(page.id)}`);
      else if (current.includes(link.getAttribute("href"))) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    open = page;
  };

  const focus = (element) => {
    if (!element.matches("a[href], button, input, summary, [tabindex]")) element.tabIndex = -1;
    element.focus({ preventScroll: true });
  };

  const show = () => {
    const id = named();
    const wanted = pages.find((page) => page.id === id.split(":")[0]);
    // Another fragment is in the frame, where the browser finds it.
    if (!wanted && open && document.getElementById(id)) return;
    const page = wanted ?? pages[0];
    const isFirst = !open;
    const isNew = page !== open;
    if (isNew) turnTo(page);
    const element = document.getElementById(id) ?? page;
    for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    const scrolled = history.state?.scrolled;
    if (scrolled !== undefined) scrollTo({ top: scrolled, ...instantly });
    else if (element !== page) element.scrollIntoView(instantly);
    else if (isNew || scrollY > 0) scrollTo({ top: 0, ...instantly });
    if (!isFirst) focus(element);
  };

  // Each entry of the history remembers how far its page was scrolled.
  let timer;
  const remember = () => {
    clearTimeout(timer);
    keep(() => history.replaceState({ scrolled: scrollY }, ""));
  };
  addEventListener("click", remember, true);
  addEventListener("scroll", () => {
    clearTimeout(timer);
    timer = setTimeout(remember, 200);
  });
  keep(() => (history.scrollRestoration = "manual"));
  addEventListener("hashchange", show);
  show();
})();
