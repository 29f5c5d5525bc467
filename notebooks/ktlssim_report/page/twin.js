"use strict";
// The report of a twin: only tables that sort.
document.querySelectorAll("table.sortable").forEach(sortable);
