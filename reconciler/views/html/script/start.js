"use strict";
// The script of a page: search, filter and sort the table of links, and show the details of a row.
// Without it, the page shows every link. `page.js` puts the parts together.
document.documentElement.classList.add("js");
