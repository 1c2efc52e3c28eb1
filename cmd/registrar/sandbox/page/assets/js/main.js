// The demo's page. Each module draws its own part of the page whenever the world or
// this tab changes; importing it is what puts it to work.

import "./notices.js";
import "./sidebar.js";
import "./conversation.js";
import "./composer.js";
import "./permalinks.js";
import "./modal.js";
import "./records.js";
import "./salesforce.js";
import "./mail.js";
import "./story.js";
import "./tabs.js";
import { start } from "./state.js";

start();
