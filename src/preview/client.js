// The browser side of `storybank serve`: keeps the page up to date with the files, without loading it again.
//
// What to show is a state, not an event: the server announces its revision, and the page has its own. While the two differ, the
// page is fetched, and the parts that differ are replaced in the open page. So nothing is lost by a missed message, a sleeping tab
// or a restarted server, and the reader keeps the scroll position, the open details and the focus.
"use strict";

(() => {
  const EVENTS = "/.storybank/events";
  const DISCONNECTED = "the server is away…";
  const SOONEST = 300, LATEST = 2000, SHEET_LIMIT = 10000, MARK_TIME = 1500;
  /** A mark on everything says nothing: with more changed blocks than these, none is marked. */
  const MANY = 40;
  const INLINE = "a,abbr,b,bdi,bdo,br,cite,code,data,del,dfn,em,i,img,ins,kbd,label,mark,q,s,samp,small,span,strong,sub,sup,time,u,var";
  const FOLDED = "storybank-folded";

  const preview = () => document.getElementById("storybank-preview");
  if (!preview()) return;

  // ------------------------------------------------------------------------------------------- keeping up to date

  let wanted = null;
  let busy = false;
  let leaving = new AbortController();

  /** Whether a page is older than the announced revision, or is from an earlier run of the server. */
  const isBehind = (page, revision) =>
    page.dataset.boot !== revision.boot || Number(page.dataset.revision) < revision.revision;

  function onRevision(revision) {
    wanted = revision;
    const target = isBehind(preview(), revision) ? followTarget(revision.page) : null;
    staying = false;
    if (target) location.assign(target);
    else catchUp();
  }

  /** One fetch at a time: the loop sees what is announced meanwhile. */
  async function catchUp() {
    if (busy) return;
    busy = true;
    try {
      while (!document.hidden && isBehind(preview(), wanted)) await update(wanted);
      if (!document.hidden) onUpToDate();
    } catch {
      onError();
    } finally {
      busy = false;
    }
  }

  /** Fetches this page and swaps it in. Throws if there is no newer page, and then it is tried again later. */
  async function update(revision) {
    const signal = AbortSignal.any([leaving.signal, AbortSignal.timeout(2 * SHEET_LIMIT)]);
    const answer = await fetch(location.href, { cache: "no-store", signal });
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    const page = next.getElementById("storybank-preview");
    if (!page) throw new Error("not a page of the preview");
    const late = isBehind(page, revision);
    const sheets = await loadSheets(next);
    try {
      // The file of the page was renamed, and the page has another address.
      if (answer.redirected) history.replaceState(history.state, "", answer.url + location.hash);
      swap(next, sheets);
    } catch {
      // The page is half old and half new.
      location.reload();
    }
    if (late) throw new Error("an older page than announced");
  }

  // ------------------------------------------------------------------------------------------- the stream

  let stream = null;
  let timer = 0;
  let pause = SOONEST;
  let failures = 0;

  /** A hidden tab has no stream: browsers allow six connections to a host, and there may be more tabs. */
  function listen() {
    clearTimeout(timer);
    if (stream || document.hidden) return;
    stream = new EventSource(EVENTS);
    stream.addEventListener("revision", (event) => onRevision(JSON.parse(event.data)));
    stream.addEventListener("error", onError);
  }

  function disconnect() {
    clearTimeout(timer);
    stream?.close();
    stream = null;
  }

  /** The first failure is not shown: a restarted server is back before the message can be read. */
  function onError() {
    disconnect();
    if (++failures > 1) say(DISCONNECTED);
    if (!document.hidden) timer = setTimeout(listen, pause);
    pause = Math.min(pause * 1.5, LATEST);
  }

  function onUpToDate() {
    pause = SOONEST;
    failures = 0;
    say("");
  }

  function say(words) {
    const place = preview().querySelector(".sb-connection");
    if (place && place.textContent !== words) place.textContent = words;
  }

  // ------------------------------------------------------------------------------------------- following the author

  /** After the reader went back, the first announcement does not lead away again. */
  let staying = performance.getEntriesByType("navigation")[0]?.type === "back_forward";

  /** The address of the page that was saved last; null if this tab shows it or does not follow. */
  function followTarget(page) {
    const { follow, prefix } = preview().dataset;
    if (follow !== "true" || !page || staying || document.hidden) return null;
    const target = new URL(prefix + page, location.origin);
    const path = (address) => decodeURI(address.pathname).replace(/\/$/, "/index.html");
    return path(target) === path(location) ? null : target.href;
  }

  // ------------------------------------------------------------------------------------------- the swap

  function swap(next, sheets) {
    const wasThere = destination() !== null;
    const warnings = preview().querySelector(".sb-warnings")?.open;
    const focus = rememberFocus();
    unmark();
    const place = rememberPlace();
    const changes = { blocks: new Set(), moved: [] };

    for (const [sheet, media] of sheets) setAttribute(sheet, "media", media);
    copyAttributes(document.documentElement, next.documentElement);
    morph(document.head, next.head, changes);
    morph(document.body, next.body, changes);

    keepFoldedProblems();
    // An open list of warnings stays open, to work through it.
    if (warnings) preview().querySelector(".sb-warnings")?.setAttribute("open", "");
    const before = covered;
    measure();
    restorePlace(place, changes.moved);
    restoreFocus(focus);
    fillQuestions({ target: document.activeElement });
    mark(changes.blocks);
    if (marked.length || covered > before) reveal();
    // The heading that the address points to was added only now.
    if (!wasThere && destination()) location.replace(location.hash);
  }

  function destination() {
    try {
      return document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch {
      return null;
    }
  }

  /** Loads new style sheets without applying them yet, so that the page is never shown without its styles. */
  async function loadSheets(next) {
    const all = "link[rel~=stylesheet], style";
    const here = [...document.head.querySelectorAll(all)];
    const fresh = new Map();
    let last = null;
    for (const sheet of next.head.querySelectorAll(all)) {
      const same = here.find((other) => other.isEqualNode(sheet));
      if (!same && sheet.localName === "style") continue;
      const own = same ?? document.importNode(sheet);
      if (!same) {
        fresh.set(own, own.getAttribute("media"));
        own.media = "not all";
        if (last) last.after(own);
        else if (here[0]) here[0].before(own);
        else document.head.append(own);
      }
      last = own;
    }
    await Promise.all([...fresh.keys()].map(loaded));
    return fresh;
  }

  const loaded = (sheet) => new Promise((done) => {
    sheet.onload = sheet.onerror = done;
    setTimeout(done, SHEET_LIMIT);
  });

  // ------------------------------------------------------------------------------------------- old nodes become new ones

  /** Makes a node like another one. Equal nodes are not touched at all. */
  function morph(old, next, changes) {
    if (old.isEqualNode(next)) return;
    if (old.nodeType !== Node.ELEMENT_NODE) return rewrite(old, next.data, changes);
    copyAttributes(old, next);
    // With scripts, its content is text here and elements there; neither is visible.
    if (old.localName !== "noscript") morphChildren(old, next, changes);
  }

  /** Replaces only the characters that differ: a selection around them stays. */
  function rewrite(text, data, changes) {
    const old = text.data;
    const most = Math.min(old.length, data.length);
    let start = 0, end = 0;
    while (start < most && old[start] === data[start]) start++;
    while (end < most - start && old.at(-1 - end) === data.at(-1 - end)) end++;
    text.replaceData(start, old.length - start - end, data.slice(start, data.length - end));
    if (old.trim() !== data.trim()) note(text, changes);
  }

  /** Leaves `open` alone: the reader decides what is open. */
  function copyAttributes(old, next) {
    for (const { name } of [...old.attributes]) if (name !== "open" && !next.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of next.attributes) if (name !== "open") setAttribute(old, name, value);
  }

  /** Sets only values that differ: setting the same value again can make a browser load something again. */
  function setAttribute(element, name, value) {
    if (value === null) element.removeAttribute(name);
    else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }

  function morphChildren(parent, next, changes) {
    const before = [...parent.childNodes], after = [...next.childNodes];
    const { pairs, stays } = pair(before, after);
    const kept = new Set(pairs);
    for (const node of before) if (!kept.has(node)) remove(node, changes);
    let place = parent.firstChild;
    after.forEach((node, i) => {
      const old = pairs[i];
      while (place && !stays.has(place)) place = place.nextSibling;
      if (!old) insert(parent, node, place, changes);
      else if (old === place) place = place.nextSibling;
      else move(parent, old, place, changes);
      if (old) morph(old, node, changes);
    });
  }

  function insert(parent, node, place, changes) {
    parent.insertBefore(node, place);
    if (node.textContent.trim()) note(node, changes);
  }

  /** Removed words are marked in the block that stays. If a whole block is removed, there is nothing to mark. */
  function remove(node, changes) {
    if ((node.nodeType === Node.TEXT_NODE || isInline(node)) && node.textContent.trim()) note(node.parentNode, changes);
    node.remove();
  }

  /** `moveBefore` keeps focus and loaded frames, if the browser has it. */
  function move(parent, node, place, changes) {
    if (parent.moveBefore) parent.moveBefore(node, place);
    else parent.insertBefore(node, place);
    changes.moved.push(node);
  }

  // ------------------------------------------------------------------------------------------- which node becomes which

  /**
   * Finds for each new node the old node that becomes it: the one with its name, else one with its content, else one of its kind at
   * its place. `stays` are the nodes in the right order already; the others have to move.
   */
  function pair(before, after) {
    const pairs = new Array(after.length);
    const most = Math.min(before.length, after.length);
    let start = 0, end = 0;
    while (start < most && before[start].isEqualNode(after[start])) pairs[start] = before[start++];
    while (end < most - start && before.at(-1 - end).isEqualNode(after.at(-1 - end))) {
      pairs[after.length - ++end] = before.at(-end);
    }
    const range = { start, oldEnd: before.length - end, newEnd: after.length - end };
    const single = range.oldEnd - start === 1 && range.newEnd - start === 1;
    if (!single) pairByToken(before, after, pairs, range);
    const index = new Map(before.map((node, i) => [node, i]));
    const stays = longestInOrder(pairs.filter(Boolean), index);
    pairByPlace(before, after, pairs, stays, index, range);
    return { pairs, stays };
  }

  function pairByToken(before, after, pairs, { start, oldEnd, newEnd }) {
    const spare = new Map();
    for (let i = oldEnd - 1; i >= start; i--) {
      const key = token(before[i]);
      if (key) spare.get(key)?.push(before[i]) ?? spare.set(key, [before[i]]);
    }
    for (let i = start; i < newEnd; i++) pairs[i] = spare.get(token(after[i]))?.pop();
  }

  /** Identifies a node: its id or key, else its whole content, whether open or folded. White space has no identity. */
  function token(node) {
    if (node.nodeType !== Node.ELEMENT_NODE) return node.data?.trim() && node.data;
    if (node.id) return `${node.localName}#${node.id}`;
    if (node.dataset.key) return `${node.localName}=${node.dataset.key}`;
    return node.outerHTML.replace(/(<details\b[^>]*?) open=""/g, "$1");
  }

  /** Pairs the remaining nodes of one kind between two nodes that stay, in order. */
  function pairByPlace(before, after, pairs, stays, index, { start, oldEnd, newEnd }) {
    const taken = new Set(pairs);
    let place = start;
    for (let i = start; i < newEnd; i++) {
      if (stays.has(pairs[i])) place = index.get(pairs[i]) + 1;
      if (pairs[i]) continue;
      for (let j = place; j < oldEnd && j < place + MANY && !stays.has(before[j]); j++) {
        if (taken.has(before[j]) || !isAlike(before[j], after[i])) continue;
        pairs[i] = before[j];
        stays.add(before[j]);
        place = j + 1;
        break;
      }
    }
  }

  const isAlike = (old, next) => old.nodeName === next.nodeName && old.dataset?.key === next.dataset?.key;

  /** The largest set of nodes that need not move: if one row goes to the end of a list, only that row moves. */
  function longestInOrder(nodes, index) {
    const tails = [], previous = new Map();
    for (const node of nodes) {
      let low = 0, high = tails.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (index.get(tails[middle]) < index.get(node)) low = middle + 1;
        else high = middle;
      }
      previous.set(node, tails[low - 1]);
      tails[low] = node;
    }
    const stays = new Set();
    for (let node = tails.at(-1); node; node = previous.get(node)) stays.add(node);
    return stays;
  }

  // ------------------------------------------------------------------------------------------- the reader's place

  /** The first blocks in view and their positions: several, since the first may be removed; no floating or fixed ones. */
  function rememberPlace(parent = document.body, found = []) {
    for (const element of parent.children) {
      if (found.length >= MANY) break;
      const { top, bottom, height } = element.getBoundingClientRect();
      if (!height || bottom <= 0 || top >= innerHeight || element === preview() || isInline(element)) continue;
      const { position, float } = getComputedStyle(element);
      if (!/static|relative/.test(position) || float !== "none") continue;
      if (top < 0) rememberPlace(element, found);
      found.push({ element, top });
    }
    return found;
  }

  /** Measured after layout, so that the scroll anchoring of the browser is not repeated. */
  function restorePlace(found, moved) {
    const still = found.find(({ element }) => element.isConnected && !moved.some((node) => node.contains(element)));
    const shift = still ? still.element.getBoundingClientRect().top - still.top : 0;
    if (Math.abs(shift) >= 1) scrollBy({ top: shift, behavior: "instant" });
  }

  function rememberFocus() {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const { id, localName, textContent } = element;
    const panel = element.closest("#storybank-preview > details, .sb-warnings")?.className;
    return { element, id, localName, textContent, href: element.getAttribute("href"), panel };
  }

  function restoreFocus(focus) {
    if (!focus || document.activeElement === focus.element) return;
    const target = focus.element.isConnected ? focus.element : matchingElement(focus);
    target?.focus({ preventScroll: true });
  }

  /** The element in the place of a removed one that had the focus. */
  function matchingElement({ id, localName, textContent, href, panel }) {
    const same = (other) => other.textContent === textContent && other.getAttribute("href") === href;
    return (id && document.getElementById(id))
      || [...document.getElementsByTagName(localName)].find(same)
      || (panel && preview().getElementsByClassName(panel)[0]?.querySelector("summary"));
  }

  // ------------------------------------------------------------------------------------------- marks on changes

  let marked = [];
  let unmarking = 0;

  const isInline = (node) => node.nodeType === Node.ELEMENT_NODE && node.matches(INLINE);

  /** Notes the block around a change, unless it is part of the preview. */
  function note(node, changes) {
    let block = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
    while (block && isInline(block)) block = block.parentElement;
    if (block && document.body.contains(block) && !block.closest("#storybank-preview, body > script")) changes.blocks.add(block);
  }

  function mark(blocks) {
    if (blocks.size > MANY) return;
    marked = [...blocks].filter((block) => block.isConnected && block.offsetHeight < innerHeight);
    if (marked.length) edited = marked;
    for (const block of marked) block.classList.add("storybank-changed");
    unmarking = setTimeout(unmark, MARK_TIME);
  }

  function unmark() {
    clearTimeout(unmarking);
    for (const block of marked) {
      block.classList.remove("storybank-changed");
      if (!block.className) block.removeAttribute("class");
    }
    marked = [];
  }

  // ------------------------------------------------------------------------------------------- what the preview covers

  /** How much of the window the bar and an open panel cover, from below, in pixels. */
  let covered = 0;
  /** The blocks that the author changed last. */
  let edited = [];
  /** A style sheet of its own is no part of the page, so a swap does not see it. */
  const room = new CSSStyleSheet();

  /** Gives the page room for what covers it, so that everything can be scrolled into sight. */
  function measure() {
    const parts = [preview(), ...preview().querySelectorAll(".sb-problems, .sb-warnings[open] > .sb-list")];
    const tops = parts.map((part) => part.getBoundingClientRect()).filter(({ height }) => height).map(({ top }) => top);
    const now = Math.max(0, Math.ceil(innerHeight - Math.min(innerHeight, ...tops)));
    if (now === covered) return;
    covered = now;
    room.replaceSync(`html { --storybank-covered: ${covered}px }`);
  }

  /** Scrolls the block that is being edited out from under the bar or a panel, if it is in the window. */
  function reveal() {
    const edge = innerHeight - covered;
    const places = edited.filter((block) => block.isConnected).map((block) => block.getBoundingClientRect());
    const hidden = places.find(({ top, bottom, height }) => height && top < innerHeight && bottom > edge);
    if (hidden) scrollBy({ top: Math.min(hidden.bottom - edge + 8, Math.max(0, hidden.top)), behavior: "instant" });
  }

  // ------------------------------------------------------------------------------------------- the panels

  /** Closed problems stay closed on the next page, until there are others or none. */
  function keepFoldedProblems() {
    const problems = preview().querySelector(".sb-problems");
    if (!problems) remembered(null);
    else if (problems.dataset.key === remembered()) problems.open = false;
  }

  /** A browser may refuse to store anything. Then they are not remembered. */
  function remembered(...key) {
    try {
      if (!key.length) return sessionStorage.getItem(FOLDED);
      if (key[0]) sessionStorage.setItem(FOLDED, key[0]);
      else sessionStorage.removeItem(FOLDED);
    } catch { /* not remembered */ }
    return null;
  }

  function onToggle({ target }) {
    if (!target.closest?.("#storybank-preview")) return;
    if (target.matches("#storybank-preview > .sb-problems")) remembered(target.open ? null : target.dataset.key);
    measure();
    if (target.open) reveal();
  }

  function closePanels(event) {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
    for (const panel of preview().querySelectorAll(".sb-problems[open], .sb-warnings[open]")) {
      if (panel.contains(document.activeElement)) panel.querySelector("summary").focus({ preventScroll: true });
      panel.open = false;
    }
  }

  // ------------------------------------------------------------------------------------------- copying a place

  /** Copies the place of a file. Where a browser does not let a page copy, the place is shown and selected. */
  async function copy({ target }) {
    const button = target.closest?.("#storybank-preview .sb-copy");
    if (!button) return;
    const label = button.dataset.label ?? button.textContent;
    button.dataset.label = label;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "copied";
      setTimeout(() => (button.textContent = label), MARK_TIME);
    } catch {
      button.textContent = button.dataset.copy;
      getSelection().selectAllChildren(button);
    }
  }

  // ------------------------------------------------------------------------------------------- jumping to a question

  /** Fills the list of questions while its field is used: in a page that comes from the server, the list is empty. */
  async function fillQuestions({ target }) {
    const list = target.closest?.(".sb-jump")?.querySelector("datalist");
    if (!list || list.options.length) return;
    try {
      const answer = await fetch(`${preview().dataset.prefix}data/questions.json`, { cache: "no-store", signal: leaving.signal });
      const questions = await answer.json();
      list.replaceChildren(...questions.map(questionOption));
    } catch { /* without the server there is nothing to jump to */ }
  }

  function questionOption({ title, address }) {
    const option = document.createElement("option");
    option.value = title;
    option.dataset.address = address;
    return option;
  }

  function jump({ target }) {
    const options = [...(target.closest?.(".sb-jump")?.querySelectorAll("option") ?? [])];
    const chosen = options.find(({ value }) => value === target.value);
    if (chosen) location.assign(preview().dataset.prefix + chosen.dataset.address);
  }

  // ------------------------------------------------------------------------------------------- start

  document.addEventListener("toggle", onToggle, true);
  document.addEventListener("keydown", closePanels);
  document.addEventListener("click", copy);
  for (const event of ["focusin", "input"]) document.addEventListener(event, fillQuestions);
  document.addEventListener("change", jump);
  document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : listen()));
  document.addEventListener("resume", listen);
  for (const event of ["focus", "online"]) addEventListener(event, listen);
  addEventListener("pagehide", () => {
    disconnect();
    leaving.abort();
  });
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) {
      staying = true;
      leaving = new AbortController();
    }
    listen();
  });
  document.adoptedStyleSheets.push(room);
  new ResizeObserver(measure).observe(preview());
  addEventListener("resize", measure);
  keepFoldedProblems();
  measure();
  listen();
})();
