// The little that the server's pages cannot do by themselves. Every form works
// without any of it. The order matters where two listen to the same event.
import "./fields.js";
import "./menus.js";
import "./reveal.js";
import "./move.js";
import "./dialog.js";
import "./keys.js";
import "./unsaved.js";
import "./presence.js";
import "./stream.js";
import "./live.js";
import "./ages.js";
import "./grid.js";
import "./select.js";
import "./paste.js";
import "./copy.js";
import "./connections.js";
import "./live_table.js";
import "./rail.js";
import "./snapshots.js";
import "./measure.js";
import "./live_detail.js";

document.documentElement.classList.add("scripted");
