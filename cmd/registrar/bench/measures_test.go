package bench

// speedMeasures are of what people wait for: acks, sockets, start.
func speedMeasures() []measure {
	return []measure{
		{"acks", acksBesideSlackGo},
		{"burst", burst},
		{"approval", approval},
		{"refreshes", refreshes},
		{"too many sockets", tooManySockets},
		{"silent sockets", silentSockets},
		{"leaks", leaks},
		{"start", start},
	}
}
