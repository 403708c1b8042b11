// The browser side of `storybank serve`: keeps the page in step with the files, without loading it again.
//
// What to show is a state, not an event: the server announces its revision, the page carries its own, and while the two
// differ the page is fetched again and what has changed is put into the page that is there. So nothing is lost by a missed
// message, a sleeping tab or a server that was started again, and the reader keeps the place, the folds and the focus.
"use strict";

(() => {
  const EVENTS = "/.storybank/events";
  const AWAY = "the server is away…";
  const SOONEST = 300, LATEST = 2000, SHEET_LIMIT = 10000, MARK_TIME = 1500;
  /** A mark on everything says nothing: with more blocks than these none is marked. */
  const MANY = 40;
  const INLINE = "a,abbr,b,bdi,bdo,br,cite,code,data,del,dfn,em,i,img,ins,kbd,label,mark,q,s,samp,small,span,strong,sub,sup,time,u,var";
  const FOLDED = "storybank-folded";

  const preview = () => document.getElementById("storybank-preview");
  if (!preview()) return;

  // ------------------------------------------------------------------------------------------- keeping in step

  let wanted = null;
  let busy = false;
  let leaving = new AbortController();

  /** Whether a page is older than what was announced, or comes from a server that is no longer there. */
  const behind = (page, revision) =>
    page.dataset.boot !== revision.boot || Number(page.dataset.revision) < revision.revision;

  function announced(revision) {
    wanted = revision;
    const target = behind(preview(), revision) ? elsewhere(revision.page) : null;
    staying = false;
    if (target) location.assign(target);
    else catchUp();
  }

  /** One fetch at a time: what is announced meanwhile is seen by the loop. */
  async function catchUp() {
    if (busy) return;
    busy = true;
    try {
      while (!document.hidden && behind(preview(), wanted)) await renew(wanted);
      if (!document.hidden) settled();
    } catch {
      lost();
    } finally {
      busy = false;
    }
  }

  /** Fetches this page and puts it in; throws where there is nothing to put in, so that it is tried again later. */
  async function renew(revision) {
    const signal = AbortSignal.any([leaving.signal, AbortSignal.timeout(2 * SHEET_LIMIT)]);
    const answer = await fetch(location.href, { cache: "no-store", signal });
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    const page = next.getElementById("storybank-preview");
    if (!page) throw new Error("not a page of the preview");
    const late = behind(page, revision);
    const sheets = await loadSheets(next);
    try {
      swap(next, sheets);
    } catch {
      // A page that is half the old and half the new one helps nobody.
      location.reload();
    }
    if (late) throw new Error("an older page than announced");
  }

  // ------------------------------------------------------------------------------------------- the stream

  let stream = null;
  let timer = 0;
  let pause = SOONEST;
  let failures = 0;

  /** A hidden tab has no stream: browsers give a host six connections, and there may be more tabs than that. */
  function listen() {
    clearTimeout(timer);
    if (stream || document.hidden) return;
    stream = new EventSource(EVENTS);
    stream.addEventListener("revision", (event) => announced(JSON.parse(event.data)));
    stream.addEventListener("error", lost);
  }

  function hush() {
    clearTimeout(timer);
    stream?.close();
    stream = null;
  }

  /** The first failure is not told: a server that is only started again is back before it can be read. */
  function lost() {
    hush();
    if (++failures > 1) say(AWAY);
    if (!document.hidden) timer = setTimeout(listen, pause);
    pause = Math.min(pause * 1.5, LATEST);
  }

  function settled() {
    pause = SOONEST;
    failures = 0;
    say("");
  }

  function say(words) {
    const place = preview().querySelector(".sb-connection");
    if (place && place.textContent !== words) place.textContent = words;
  }

  // ------------------------------------------------------------------------------------------- following the writer

  /** Who went back wants to be here: the first announcement after that leads nowhere. */
  let staying = performance.getEntriesByType("navigation")[0]?.type === "back_forward";

  /** The address to go to for the page that was saved last, or null where this tab shows it or does not follow. */
  function elsewhere(page) {
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
    const news = { blocks: new Set(), moved: [] };

    for (const [sheet, media] of sheets) setAttribute(sheet, "media", media);
    copyAttributes(document.documentElement, next.documentElement);
    morph(document.head, next.head, news);
    morph(document.body, next.body, news);

    keepFoldedProblems();
    // Who works through the warnings wants to see those that are left.
    if (warnings) preview().querySelector(".sb-warnings")?.setAttribute("open", "");
    restorePlace(place, news.moved);
    restoreFocus(focus);
    mark(news.blocks);
    // A heading that has only come now is where the address points to.
    if (!wasThere && destination()) location.replace(location.hash);
  }

  function destination() {
    try {
      return document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch {
      return null;
    }
  }

  /** Loads the style sheets that are new without using them yet, so that the page never stands there without its look. */
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

  /** Makes a node like another one; what is equal is not touched at all. */
  function morph(old, next, news) {
    if (old.isEqualNode(next)) return;
    if (old.nodeType !== Node.ELEMENT_NODE) return rewrite(old, next.data, news);
    copyAttributes(old, next);
    // With scripts its content is text here and elements there; nobody sees either.
    if (old.localName !== "noscript") morphChildren(old, next, news);
  }

  /** Replaces only the letters that differ: a selection around them stays. */
  function rewrite(text, data, news) {
    const old = text.data;
    const most = Math.min(old.length, data.length);
    let start = 0, end = 0;
    while (start < most && old[start] === data[start]) start++;
    while (end < most - start && old.at(-1 - end) === data.at(-1 - end)) end++;
    text.replaceData(start, old.length - start - end, data.slice(start, data.length - end));
    if (old.trim() !== data.trim()) note(text, news);
  }

  /** Leaves `open` alone: what is folded and what is not is the reader's. */
  function copyAttributes(old, next) {
    for (const { name } of [...old.attributes]) if (name !== "open" && !next.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of next.attributes) if (name !== "open") setAttribute(old, name, value);
  }

  /** Sets only what differs: even the same value again can make a browser load something again. */
  function setAttribute(element, name, value) {
    if (value === null) element.removeAttribute(name);
    else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }

  function morphChildren(parent, next, news) {
    const before = [...parent.childNodes], after = [...next.childNodes];
    const { pairs, stays } = pair(before, after);
    const kept = new Set(pairs);
    for (const node of before) if (!kept.has(node)) remove(node, news);
    let place = parent.firstChild;
    after.forEach((node, i) => {
      const old = pairs[i];
      while (place && !stays.has(place)) place = place.nextSibling;
      if (!old) insert(parent, node, place, news);
      else if (old === place) place = place.nextSibling;
      else move(parent, old, place, news);
      if (old) morph(old, node, news);
    });
  }

  function insert(parent, node, place, news) {
    parent.insertBefore(node, place);
    if (node.textContent.trim()) note(node, news);
  }

  /** Words that go are only missed in the block that stays: where a whole block goes there is nothing to mark. */
  function remove(node, news) {
    if ((node.nodeType === Node.TEXT_NODE || isInline(node)) && node.textContent.trim()) note(node.parentNode, news);
    node.remove();
  }

  /** `moveBefore` keeps focus and loaded frames, where the browser has it. */
  function move(parent, node, place, news) {
    if (parent.moveBefore) parent.moveBefore(node, place);
    else parent.insertBefore(node, place);
    news.moved.push(node);
  }

  // ------------------------------------------------------------------------------------------- which node becomes which

  /**
   * Finds for each new node the old one that becomes it: the one with its name, else one with its content, else one of its
   * kind at its place. `stays` are those that are in the right order already; the others have to move.
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

  /** What a node is known by: its id or key, else all that it holds, open or folded; empty space is known by nothing. */
  function token(node) {
    if (node.nodeType !== Node.ELEMENT_NODE) return node.data?.trim() && node.data;
    if (node.id) return `${node.localName}#${node.id}`;
    if (node.dataset.key) return `${node.localName}=${node.dataset.key}`;
    return node.outerHTML.replace(/(<details\b[^>]*?) open=""/g, "$1");
  }

  /** Pairs what is left between two nodes that stay, in order, as far as it is of one kind. */
  function pairByPlace(before, after, pairs, stays, index, { start, oldEnd, newEnd }) {
    const taken = new Set(pairs);
    let place = start;
    for (let i = start; i < newEnd; i++) {
      if (stays.has(pairs[i])) place = index.get(pairs[i]) + 1;
      if (pairs[i]) continue;
      for (let j = place; j < oldEnd && j < place + MANY && !stays.has(before[j]); j++) {
        if (taken.has(before[j]) || !alike(before[j], after[i])) continue;
        pairs[i] = before[j];
        stays.add(before[j]);
        place = j + 1;
        break;
      }
    }
  }

  const alike = (old, next) => old.nodeName === next.nodeName && old.dataset?.key === next.dataset?.key;

  /** The most nodes that need not move, so that one row taken to the end of a list moves one row and not the list. */
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

  /** The first blocks in view and where they are: several, as the first may go, and none that stands beside the text. */
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

  /** Measured after the browser has laid the page out, so what its own anchoring has done is not done twice. */
  function restorePlace(found, moved) {
    const still = found.find(({ element }) => element.isConnected && !moved.some((node) => node.contains(element)));
    const away = still ? still.element.getBoundingClientRect().top - still.top : 0;
    if (Math.abs(away) >= 1) scrollBy({ top: away, behavior: "instant" });
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
    const target = focus.element.isConnected ? focus.element : likeness(focus);
    target?.focus({ preventScroll: true });
  }

  /** The element that stands for one that had the focus and is gone. */
  function likeness({ id, localName, textContent, href, panel }) {
    const same = (other) => other.textContent === textContent && other.getAttribute("href") === href;
    return (id && document.getElementById(id))
      || [...document.getElementsByTagName(localName)].find(same)
      || (panel && preview().getElementsByClassName(panel)[0]?.querySelector("summary"));
  }

  // ------------------------------------------------------------------------------------------- what has changed

  let marked = [];
  let unmarking = 0;

  const isInline = (node) => node.nodeType === Node.ELEMENT_NODE && node.matches(INLINE);

  /** Notes the block around a change; the parts of the preview are no news. */
  function note(node, news) {
    let block = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
    while (block && isInline(block)) block = block.parentElement;
    if (block && document.body.contains(block) && !block.closest("#storybank-preview, body > script")) news.blocks.add(block);
  }

  function mark(blocks) {
    if (blocks.size > MANY) return;
    marked = [...blocks].filter((block) => block.isConnected && block.offsetHeight < innerHeight);
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

  // ------------------------------------------------------------------------------------------- the panels

  /** Problems that were folded away stay so on the next page, until there are others or none. */
  function keepFoldedProblems() {
    const problems = preview().querySelector(".sb-problems");
    if (!problems) remembered(null);
    else if (problems.dataset.key === remembered()) problems.open = false;
  }

  /** A browser may refuse to store anything, and then they are only not remembered. */
  function remembered(...key) {
    try {
      if (!key.length) return sessionStorage.getItem(FOLDED);
      if (key[0]) sessionStorage.setItem(FOLDED, key[0]);
      else sessionStorage.removeItem(FOLDED);
    } catch { /* nothing to remember with */ }
    return null;
  }

  function toggled({ target }) {
    if (target.matches?.("#storybank-preview > .sb-problems")) remembered(target.open ? null : target.dataset.key);
  }

  function closePanels(event) {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
    for (const panel of preview().querySelectorAll("details[open]")) {
      if (panel.contains(document.activeElement)) panel.querySelector("summary").focus({ preventScroll: true });
      panel.open = false;
    }
  }

  // ------------------------------------------------------------------------------------------- start

  document.addEventListener("toggle", toggled, true);
  document.addEventListener("keydown", closePanels);
  document.addEventListener("visibilitychange", () => (document.hidden ? hush() : listen()));
  document.addEventListener("resume", listen);
  for (const event of ["focus", "online"]) addEventListener(event, listen);
  addEventListener("pagehide", () => {
    hush();
    leaving.abort();
  });
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) {
      staying = true;
      leaving = new AbortController();
    }
    listen();
  });
  keepFoldedProblems();
  listen();
})();
