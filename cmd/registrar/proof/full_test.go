package proof

import "flag"

// full takes every case; without it a part of them is taken, for CI.
var full = flag.Bool("full", false, "take every case, which takes long")
