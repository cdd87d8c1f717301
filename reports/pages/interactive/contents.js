'use strict';
// The list of contents is open beside the page, and folded above it where there is no room beside.
(() => {
  const list = document.getElementById('contents');
  const wide = matchMedia('(min-width: 80rem)');
  const links = [...list.querySelectorAll('a')];

  function fit() {
    list.open = wide.matches;
  }

  // The section that is read is marked in the list.
  function follow() {
    const shown = new Map();
    const observer = new IntersectionObserver((entries) => {
      for (const entry of entries) shown.set(entry.target.id, entry.isIntersecting);
      const here = links.find((link) => shown.get(link.hash.slice(1)));
      for (const link of links) {
        if (link === here) link.setAttribute('aria-current', 'true');
        else link.removeAttribute('aria-current');
      }
    }, { rootMargin: '-10% 0px -70% 0px' });
    for (const link of links) {
      const section = document.getElementById(link.hash.slice(1));
      if (section) observer.observe(section);
    }
  }

  list.addEventListener('click', (event) => {
    if (event.target.closest('a') && !wide.matches) list.open = false;
  });
  wide.addEventListener('change', fit);
  fit();
  follow();
})();
