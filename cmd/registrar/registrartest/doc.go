// Package registrartest runs the program itself, built as it is shipped, as
// processes of its own, in the sandbox's world: what tests of whole processes
// have in common, whether they kill, delay or measure them.
//
// It must not know what the program does inside: it speaks to it as Slack does,
// over HTTP and by signals.
package registrartest
