// What the page remembers between visits: what GraphiQL wants to, but for the headers of its history. They hold API
// keys, and whether headers are kept is for the person to say, in GraphiQL's settings.

const HISTORY = /:(queries|favorites)$/;
const withoutHeaders = (text) => JSON.stringify(JSON.parse(text, (name, value) => (name === "headers" ? undefined : value)));

export const memory = {
  getItem: (key) => localStorage.getItem(key),
  setItem: (key, value) => localStorage.setItem(key, HISTORY.test(key) ? withoutHeaders(value) : value),
  removeItem: (key) => localStorage.removeItem(key),
  clear: () => localStorage.clear(),
  get length() {
    return localStorage.length;
  },
};
