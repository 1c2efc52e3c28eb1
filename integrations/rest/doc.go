// Package rest is the one way Registrar talks HTTP to a vendor.
//
// It decides what every vendor client would otherwise have to decide again: what may be sent at all (nothing but
// reads while planning, nothing beyond the call budget), what may be sent twice (reads only), when a vendor is left
// alone (a circuit breaker per host), how long an answer may take and how large it may be, and what an error says:
// whether the write may have taken effect, whether trying later helps, and one sentence that is safe to show.
//
// It knows no vendor and keeps no secret: credentials are put on a request by a function it is given, and neither
// they, nor query strings, nor addresses, nor links ever reach an error.
package rest
