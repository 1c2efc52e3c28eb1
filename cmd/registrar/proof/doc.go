// Package proof makes facts of the promises: tables of what became of every
// action when the program was killed, when Redis, vendors and Slack failed it,
// and when several replicas worked at once. It runs the real program as
// processes and judges it by what vendors, Slack and the audit trail hold in the
// end; it must not look inside.
//
//	go test ./cmd/registrar/proof -v -timeout 2h -full
//
// Without -full it takes a part of the cases, in a minute or two.
package proof
