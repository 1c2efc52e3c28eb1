package store

import (
	"strconv"
	"time"

	"registrar/bot/alerts"
	"registrar/bot/engine"
)

// tag begins every key. The braces make Redis put all of them in one slot, so
// that one script may touch any of them.
const tag = "{registrar}:"

// How long things are kept.
const (
	markLife   = time.Hour           // Slack's last retry comes after five minutes
	secretLife = 24 * time.Hour      // at most
	listedLife = 30 * 24 * time.Hour // a run's place in the lists of /runs
	viewLife   = engine.DraftLife    // as long as the draft it shows
	minuteLife = 2 * time.Hour       // longer than any clock is off
	mailLife   = 30 * 24 * time.Hour // longer than any rule asks about
	linkLife   = 365 * 24 * time.Hour
	weekLife   = 7 * 24 * time.Hour // the vendor's rolling week
	budgetLife = 2 * time.Minute    // twice the window it counts: what has left it is told from what the vendor still counts
	rowLife    = alerts.RowLife
	alertLife  = 400 * 24 * time.Hour // after its end; a digest's after its last move
	postLife   = alertLife            // after it was last shown
)

// Keys without a parameter.
const (
	keyProbe    = tag + "probe"           // STRING, 1 h: proves that Redis takes writes
	keyWake     = tag + "runs:wake"       // ZSET run by its Wake in ms; open runs that wait for a time
	keyOpen     = tag + "runs:open"       // ZSET run by its creation in ms; while open
	keyUnshown  = tag + "runs:unshown"    // ZSET run by its last save in ms; until that version is shown
	keyPlanning = tag + "drafts:planning" // ZSET draft by when its planner must have been heard of, in ms; until the plan is shown
	keyLists    = tag + "runs:lists"      // ZSET of "what/when/run", all of score 0, see lists.go; 30 days, until Relist
	keyCreated  = tag + "runs:created"    // ZSET run by its creation in ms; 30 days
	keyHomes    = tag + "homes"           // ZSET person by when they opened their Home tab, in ms; homeLife
	keyLocks    = tag + "locks"           // HASH lock → "run since-in-ms"; until unlocked
	keyPoll     = tag + "alerts:poll"     // HASH owner, begun, until, cursor, read: whose turn it is; for ever
	keyAudit    = tag + "audit:log"       // STREAM, id seq-0, field "e": the entry's line; for ever
	keyHead     = tag + "audit:head"      // HASH seq, hash of the last entry, write; for ever
	keyPersonal = tag + "audit:personal"  // HASH "seq/field" → "salt value"; until erased
	keyExpired  = tag + "audit:expired"   // STRING, seq up to which keyPersonal was erased for its age; for ever
	keyErased   = tag + "erased:unshown"  // SET of runs and alerts erased on request; until their messages are erased
	keyAged     = tag + "erased:aged"     // SET of runs and alerts erased for their age; until their messages are erased
)

// The indexes of alerts, each a ZSET of alerts.
const (
	keyAlertsWake     = tag + "alerts:wake"     // by their Wake in ms; until they end
	keyAlertsOpen     = tag + "alerts:open"     // by their creation in ms; until they end
	keyAlertsCreated  = tag + "alerts:created"  // by their creation in ms; alertLife
	keyAlertsEnded    = tag + "alerts:ended"    // by their end in ms; alertLife
	keyAlertsAssigned = tag + "alerts:assigned" // "person/alert", all of score 0; until they end
	keyAlertsUnshown  = tag + "alerts:unshown"  // faces, by their last save in ms; until that version is shown
)

// keyAlert: HASH body, schema, version, write, assigned, erased; alertLife.
func keyAlert(id string) string { return tag + "alert:" + id }

// keyDigest: HASH body, schema, version; alertLife.
func keyDigest(id string) string { return tag + "digest:" + id }

// keyFace is the record that a message shows: an alert or a digest.
func keyFace(face string) string {
	if alerts.IsDigest(face) {
		return keyDigest(face)
	}
	return keyAlert(face)
}

// keyAlertOf: STRING, the newest alert of a key of a person; rowLife after its
// end.
func keyAlertOf(person string) string { return tag + "alerts:of:" + person }

// keyAlertRow: STRING, the write that took the row in; rowLife.
func keyAlertRow(row string) string { return tag + "alerts:row:" + row }

// keyDraft: HASH body, version, status, schema, write; [engine.DraftLife].
func keyDraft(id string) string { return tag + "draft:" + id }

// keyRun: HASH body and what scripts judge (see recordFields), fence, write,
// erased; for ever, its content until REGISTRAR_RETENTION or a registrar forget.
func keyRun(id string) string { return tag + "run:" + id }

// keyRequester: ZSET of a person's runs by creation in ms; 30 days.
func keyRequester(person string) string { return tag + "runs:by:" + person }

// keySeen: STRING, the write that set it; markLife.
func keySeen(mark string) string { return tag + "seen:" + mark }

// keySecret: STRING, AES-GCM sealed with this key's name; secretLife.
func keySecret(scope, name string) string { return tag + "secret:" + scope + ":" + name }

// keySecrets: SET of the names under keySecret of one scope; secretLife.
func keySecrets(scope string) string { return tag + "secrets:" + scope }

// keyLease: HASH owner, fence, write; the lease's own time.
func keyLease(run string) string { return tag + "lease:" + run }

// keyHeld: SET of the locks a run holds; until unlocked.
func keyHeld(run string) string { return tag + "held:" + run }

// keyPost: HASH state, owner, since, write, first, channel, ts, and drawn, turn,
// drawing, until; of a run for ever, as the run, of anything else postLife.
func keyPost(run, key string) string { return tag + "post:" + run + ":" + key }

// keyPosts: SET of the keys of a run's posts; as keyPost.
func keyPosts(run string) string { return tag + "posts:" + run }

// keyView: HASH id, external, closed; viewLife.
func keyView(draft string) string { return tag + "view:" + draft }

// keyBudget: ZSET of the calls of the last two minutes by time in ms; budgetLife.
func keyBudget(key string) string { return tag + "budget:" + key }

// keyPeople: ZSET, those of keyBudget that people wait for; budgetLife.
func keyPeople(key string) string { return tag + "budget:people:" + key }

// keyPace: STRING, until when in ms background calls have had their share;
// budgetLife.
func keyPace(key string) string { return tag + "pace:" + key }

// keyVendor: HASH minute, at, week, top, heard: what the vendor said is left,
// and when; weekLife.
func keyVendor(key string) string { return tag + "vendor:" + key }

// keyMailTo: ZSET of keyed hashes of mail ids by time in ms; mailLife.
func keyMailTo(hash string) string { return tag + "mail:to:" + hash }

// keyMail: STRING, time sent; mailLife.
func keyMail(hash string) string { return tag + "mail:id:" + hash }

// keyLink: STRING, the run that used the link; linkLife.
func keyLink(hash string) string { return tag + "link:" + hash }

// keySocket: STRING, the owner of one of the sockets; the slot's own time.
func keySocket(slot int) string { return tag + "socket:" + strconv.Itoa(slot) }

// keyMinute: STRING, the claim of one minute's periodic work; minuteLife.
func keyMinute(name string, minute int64) string {
	return tag + "minute:" + name + ":" + strconv.FormatInt(minute, 10)
}
