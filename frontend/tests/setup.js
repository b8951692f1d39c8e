/** Matchers that speak of the document. */

import "@testing-library/jest-dom/jest-globals";
