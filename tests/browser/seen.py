"""What a browser says of an element that it has drawn. JavaScript functions of the element."""

# [text, contrast] of each text, with the first background under it that is not clear.
CONTRASTS = """root => {
  const rgba = text => text.match(/[\\d.]+/g).map(Number);
  const over = ([r, g, b, a = 1], under) => [r, g, b].map((c, i) => c * a + under[i] * (1 - a));
  const light = rgb => rgb.map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const under = node => {
    for (; node; node = node.parentElement) {
      const colour = rgba(getComputedStyle(node).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const holdsText = node => node.matches('input[type=text]')
    || [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim());
  const texts = [...root.querySelectorAll('*')].filter(node => node.checkVisibility() && holdsText(node));
  return texts.map(node => {
    const paper = under(node), ink = over(rgba(getComputedStyle(node).color), paper);
    const [a, b] = [light(paper), light(ink)].sort((m, n) => n - m);
    return [node.textContent || node.placeholder, (a + 0.05) / (b + 0.05)];
  });
}"""

BEYOND = """root => {
  const edge = root.getBoundingClientRect();
  return [...root.querySelectorAll('*')].filter(node => {
    const box = node.getBoundingClientRect();
    return box.width && (box.right > Math.min(edge.right, innerWidth) + 1 || box.left < Math.max(edge.left, 0) - 1);
  }).map(node => node.outerHTML.slice(0, 80));
}"""

# Parts of the root's rows that lie over each other.
OVERLAPS = """root => [...root.querySelectorAll('.tl-track')].flatMap(track => {
  const boxes = [...track.querySelectorAll('.tl-text, .tl-fill')].map(node => [node, node.getBoundingClientRect()]);
  return boxes.flatMap(([a, p], i) => boxes.slice(i + 1).filter(([b, q]) => p.left < q.right - 0.5
    && q.left < p.right - 0.5 && p.top < q.bottom - 0.5 && q.top < p.bottom - 0.5)
    .map(([b]) => a.textContent + b.textContent));
})"""
