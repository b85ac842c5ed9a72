import init from "/app.js";

init({ module_or_path: "/app_bg.wasm" }).catch((error) => {
  console.error(error);
  document.body.textContent = `Sealgate could not start: ${error}. Please reload the page.`;
});
