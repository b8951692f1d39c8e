"""The sign-in service and the page's server, as `node server/index.js` runs them."""
