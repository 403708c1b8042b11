// Shows the page that the address names, in a file that holds all pages of a site.
(() => {
  const pages = [...document.querySelectorAll("body > main[id]")];
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

  // A part that is on another page until its own page is filled in.
  const lead = (link) => {
    const [, part] = link.getAttribute("href").split(":");
    link.setAttribute("href", `#${link.dataset.to}:${part}`);
    link.removeAttribute("data-to");
  };

  // Gives the copy of a text the ids of the page that it is copied to, and marks the link to that page.
  const adopt = (content, from, to) => {
    const starts = [`${from}:`, `#${from}:`, `url(#${from}:`];
    const elements = [...content.querySelectorAll("*")];
    const linksTo = (id) => elements.filter((element) => element.getAttribute("href") === `#${id}`);
    const marked = linksTo(from).filter((link) => link.hasAttribute("aria-current"));
    for (const link of marked) link.removeAttribute("aria-current");
    if (marked.length) for (const link of linksTo(to)) link.setAttribute("aria-current", "true");
    for (const element of elements) {
      element.removeAttribute("data-text");
      for (const attribute of element.attributes) {
        const words = attribute.value.split(" ");
        if (!words.some((word) => starts.some((start) => word.startsWith(start)))) continue;
        attribute.value = words.map((word) => word.replace(`${from}:`, `${to}:`)).join(" ");
      }
    }
  };

  // Makes the copy of a text the similar text whose parts are in the place of the copy.
  const change = (content, marks, copy) => {
    const changes = (copy.dataset.changes ?? "").split(" ").filter(Boolean);
    const removed = [];
    for (const [number, name, value] of changes.map((change) => change.split(":"))) {
      const element = marks.get(number);
      if (name === undefined) removed.push(element);
      else if (value === undefined) element.removeAttribute(name);
      else element.setAttribute(name, decodeURIComponent(value));
    }
    for (const part of [...copy.children]) {
      for (const way of ["instead", "before", "last"]) {
        const element = marks.get(part.dataset[way]);
        if (!element) continue;
        const space = part.previousSibling;
        const added = way !== "instead" && space?.nodeType === Node.TEXT_NODE ? [space, part] : [part];
        part.removeAttribute(`data-${way}`);
        if (way === "instead") element.replaceWith(...added);
        else if (way === "before") element.before(...added);
        else element.append(...added);
      }
    }
    for (const element of removed) element.remove();
  };

  // Fills in the texts that are written on another page.
  const fill = (holder) => {
    fillIn(holder);
    for (const copy of holder.querySelectorAll("[data-copy]")) fillIn(copy);
  };

  const fillIn = (copy) => {
    if (!("copy" in copy.dataset)) return;
    const original = texts.get(copy.dataset.copy);
    copy.removeAttribute("data-copy");
    fill(original);
    const content = original.cloneNode(true);
    const marked = [...content.querySelectorAll("[data-text]")];
    const marks = new Map(marked.map((element) => [element.dataset.text, element]));
    marks.set(original.dataset.text, content);
    const [from, to] = [original, copy].map((element) => element.closest("main").id);
    adopt(content, from, to);
    change(content, marks, copy);
    copy.replaceChildren(...content.childNodes);
    copy.removeAttribute("data-changes");
  };

  const wordsOf = (element) => element.textContent.replace(/\s+/g, " ").trim();

  // The title that a page has in the site: what is small in its heading stands behind a colon.
  const titleOf = (page) => {
    const heading = page.querySelector("h1");
    if ("title" in page.dataset || !heading) return page.dataset.title ?? "";
    const whole = wordsOf(heading);
    const small = heading.querySelector("small");
    const end = small ? wordsOf(small) : "";
    const title = end && whole.endsWith(end) ? `${whole.slice(0, -end.length).trim()}: ${end}` : whole;
    return title + pages[0].dataset.ending;
  };

  const turnTo = (page) => {
    fill(page);
    for (const other of pages) other.hidden = other !== page;
    document.title = titleOf(page);
    const current = (page.dataset.current ?? `#${page.id.match(/^[_a-z]*/)[0]}`).split(" ");
    for (const link of inFrame) {
      if (link.hasAttribute("data-to-page")) link.setAttribute("href", `#${page.id}`);
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
  for (const link of document.querySelectorAll("[data-to]")) lead(link);
  show();
})();
