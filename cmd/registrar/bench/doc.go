// Package bench measures the real program, as a process, beside what people
// would pick instead or beside the least such a program could do, in one run,
// so that the ratios hold on any machine.
//
//	go test ./cmd/registrar/bench -v -timeout 1h -full
//
// Without -full it measures a little of each, for CI.
package bench
