/** The page's script: plain JavaScript for any browser, reading the JSON beside it. */
export const REPORT_SCRIPT = `
'use strict';
(() => {
  const { nodes, edges } = JSON.parse(document.getElementById('data').textContent);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const reads = new Map(nodes.map((node) => [node.id, []]));
  const readers = new Map(nodes.map((node) => [node.id, []]));
  for (const [from, to] of edges) {
    reads.get(to).push(from);
    readers.get(from).push(to);
  }
  const SHOWN_EDGES = 400;
  const MANY = 60;
  nodes.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  const elements = new Map();
  const graph = document.getElementById('graph');
  const svg = document.getElementById('edges');
  const detail = document.getElementById('detail');
  const search = document.getElementById('search');
  const count = document.getElementById('count');
  let selected = null;

  const make = (tag, properties = {}, children = []) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  for (const node of nodes) {
    const button = make('button', { className: 'node', type: 'button' }, [
      make('b', { textContent: node.name }),
      make('small', { textContent: node.columns.length + ' columns' + (node.owner ? ' · ' + node.owner : '') }),
    ]);
    button.dataset.id = node.id;
    if (node.warnings.length > 0) button.classList.add('warned');
    if (node.deprecated) button.classList.add('deprecated');
    button.addEventListener('click', () => select(selected === node.id ? null : node.id));
    elements.set(node.id, button);
    document.querySelector('.lane[data-kind="' + node.kind + '"] ul').append(make('li', {}, [button]));
  }

  function reach(id, next) {
    const seen = new Set([id]);
    const queue = [id];
    while (queue.length > 0)
      for (const other of next.get(queue.pop()))
        if (!seen.has(other)) {
          seen.add(other);
          queue.push(other);
        }
    return seen;
  }

  const nearOf = (id) => (id === null ? null : new Set([...reach(id, reads), ...reach(id, readers)]));

  function select(id) {
    selected = id;
    const near = nearOf(id);
    for (const [own, element] of elements) {
      element.classList.toggle('on', own === id);
      element.classList.toggle('far', near !== null && !near.has(own));
      element.setAttribute('aria-pressed', String(own === id));
    }
    filter();
    graph.scrollTop = id === null || nodes.length <= MANY ? graph.scrollTop : 0;
    if (id === null) detail.replaceChildren(make('p', { className: 'hint', textContent: 'Click an object, then a column.' }));
    else show(byId.get(id), null);
  }

  function draw(near) {
    const box = graph.getBoundingClientRect();
    svg.replaceChildren();
    svg.setAttribute('width', graph.scrollWidth);
    svg.setAttribute('height', graph.scrollHeight);
    const wanted = edges.filter(([from, to]) => near === null ? edges.length <= SHOWN_EDGES : near.has(from) && near.has(to));
    for (const [from, to] of wanted) {
      const [a, b] = [elements.get(from), elements.get(to)];
      if (a.parentElement.hidden || b.parentElement.hidden) continue;
      const [ra, rb] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
      const x1 = ra.right - box.left + graph.scrollLeft, y1 = ra.top + ra.height / 2 - box.top + graph.scrollTop;
      const x2 = rb.left - box.left + graph.scrollLeft, y2 = rb.top + rb.height / 2 - box.top + graph.scrollTop;
      const middle = (x1 + x2) / 2;
      const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
      path.setAttribute('d', 'M' + x1 + ' ' + y1 + 'C' + middle + ' ' + y1 + ' ' + middle + ' ' + y2 + ' ' + x2 + ' ' + y2);
      if (near !== null) path.setAttribute('class', 'on');
      svg.append(path);
    }
  }

  const pair = (term, text) => (text === undefined || text === '' ? [] : [make('dt', { textContent: term }), make('dd', { textContent: text })]);

  function show(node, column) {
    const rows = node.columns.map((one) => {
      const button = make('button', { className: 'column', type: 'button', textContent: one.name });
      button.dataset.column = one.name;
      button.addEventListener('click', () => show(node, column === one.name ? null : one.name));
      return make('tr', {}, [make('td', {}, [button]), make('td', { textContent: one.type }), make('td', { textContent: one.role })]);
    });
    const open = node.columns.find((one) => one.name === column);
    detail.replaceChildren(
      make('h3', { textContent: node.name }),
      make('div', { className: 'meta', textContent: node.kind + (node.online ? ', online' : '') + (node.version ? ', version ' + node.version : '') }),
      ...(node.description ? [make('p', { textContent: node.description })] : []),
      make('dl', {}, [
        ...pair('owner', node.owner), ...pair('file', node.file), ...pair('deprecated', node.deprecated),
        ...pair('keys', node.keys.map((key) => key.name + ' ' + key.type).join(', ')),
        ...pair('reads', reads.get(node.id).map((id) => byId.get(id).name).join(', ')),
        ...pair('read by', readers.get(node.id).map((id) => byId.get(id).name).join(', ')),
        ...pair('cost', node.cost), ...pair('hash', node.hash),
      ]),
      ...node.warnings.map((one) => make('div', { className: 'warning' }, [
        make('b', { textContent: one.rule }), make('div', { textContent: one.message }), make('div', { className: 'meta', textContent: one.hint }),
      ])),
      ...(open ? [path(node, open)] : []),
      make('table', { className: 'columns' }, [make('tbody', {}, rows)]),
    );
    if (open) detail.querySelector('.path').scrollIntoView({ block: 'nearest' });
  }

  function list(title, items) {
    if (!items || items.length === 0) return [];
    return [make('div', { className: 'meta', textContent: title }), make('ol', {}, items.map((item) => make('li', {}, [make('code', { textContent: item })])))];
  }

  function path(node, column) {
    const users = nodes.filter((other) => other.columns.some((one) => (one.from || []).includes(node.name + '.' + column.name)));
    return make('div', { className: 'path' }, [
      make('b', { textContent: column.name }),
      make('span', { className: 'meta', textContent: '  ' + column.type + ', ' + column.role }),
      ...(column.operation ? [make('div', { textContent: column.operation + (column.through ? '  through ' + column.through : '') })] : []),
      ...list('reads', column.reads), ...list('made of', column.from), ...list('rows found by', column.selectedBy),
      ...list('read by', users.map((other) => other.name)),
      ...(column.hash ? [make('div', { className: 'meta', textContent: column.hash })] : []),
    ]);
  }

  function filter() {
    const text = search.value.trim().toLowerCase();
    const near = nearOf(selected);
    let shown = 0;
    for (const node of nodes) {
      const hit = text === '' || node.name.toLowerCase().includes(text) || (node.owner || '').toLowerCase().includes(text) ||
        node.columns.some((column) => column.name.toLowerCase().includes(text));
      // Of many only those stay that the selected one has to do with: they would lie screens apart.
      const isFar = nodes.length > MANY && near !== null && !near.has(node.id);
      elements.get(node.id).parentElement.hidden = !hit || isFar;
      if (hit && !isFar) shown += 1;
    }
    count.textContent = shown === nodes.length ? nodes.length + ' objects' : shown + ' of ' + nodes.length + ' objects';
    draw(near);
  }

  search.addEventListener('input', filter);
  addEventListener('resize', filter);
  filter();
})();
`;
