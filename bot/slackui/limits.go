package slackui

// Slack's limits, from its published types; lengths are in characters.
const (
	maxTitle         = 24 // of a modal, its submit and its close
	maxHeader        = 150
	maxSection       = 3000
	maxField         = 2000
	maxButton        = 75
	maxAccessibility = 75
	maxButtonValue   = 2000
	maxURL           = 3000
	maxMetadata      = 3000
	maxInputLabel    = 2000
	maxHint          = 2000
	maxPlaceholder   = 150
	maxInputValue    = 3000
	maxOptionText    = 75
	maxOptionValue   = 75 // Slack's own sources say 75 and 150
	maxOptions       = 100
	maxConfirmTitle  = 100
	maxConfirmText   = 300
	maxConfirmButton = 30
	maxViewBlocks    = 100
	maxMessageBlocks = 50
)

// What we keep to where Slack has no written limit.
const (
	// messageWeight bounds a message. Slack answers msg_blocks_too_long
	// somewhere between 11,000 and 13,300 characters over all blocks, the
	// containers counted in a way it does not say; observed in 2025 and 2026.
	messageWeight = 9000
	// viewWeight bounds a modal. Slack takes 250 KB of JSON; nobody reads that.
	viewWeight = 16000
	// pageWeight and pageItems bound one page of "Show all changes".
	pageWeight = 6000
	pageItems  = 20
	// elementWeight is what an element of rich text costs beside its text.
	elementWeight = 25
	// cardValue and cardText are how much of one value, and of one sentence,
	// a card or a plan shows before it refers to "Show all changes".
	cardValue = 160
	cardText  = 600
	// manyChanges is the number of changes above which a card counts them.
	manyChanges = 20
	// maxReason is what a person may type as a reason.
	maxReason = 1000
)
