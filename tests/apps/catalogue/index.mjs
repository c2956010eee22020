// Every application that is tried, in the order of the table.

import browsers from "./browsers.mjs";
import editors from "./editors.mjs";
import media from "./media.mjs";
import methods from "./methods.mjs";
import terminals from "./terminals.mjs";
import toolkits from "./toolkits.mjs";
import tools from "./tools.mjs";
import x11 from "./x11.mjs";

/** @type {import("../trial.mjs").App[]} */
export const catalogue = [...terminals, ...toolkits, ...editors, ...browsers, ...media, ...tools, ...methods, ...x11];
