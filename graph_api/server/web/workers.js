// The editor works in threads of its own; the build says in which files they are.
globalThis.MonacoEnvironment = {
  getWorker: (_, label) => new Worker(new URL(WORKER_FILES[label] ?? WORKER_FILES.editor, import.meta.url)),
};
