// Addresses of this server: it may be served below a path of another one, where / is not its own.
const kRoot = new URL("..", import.meta.url).href;

// Where `path`, which begins with a slash, is to be asked for.
export function site(path) {
  return kRoot + path.slice(1);
}
