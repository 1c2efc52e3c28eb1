package bench

import "flag"

// full takes every case at its full size; without it a little of each is
// measured, for CI.
var full = flag.Bool("full", false, "measure everything at full size")
