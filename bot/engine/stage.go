package engine

// Stage is where a run stands in as few words as a tracker needs. The values
// are stored in the lists of runs.
type Stage string

// Every stage.
const (
	Scheduled  Stage = "scheduled"   // it waits for approval, or to start
	InProgress Stage = "in-progress" // it works, or waits for somebody or something
	Completed  Stage = "completed"
	Broken     Stage = "failed"
	Dropped    Stage = "dropped" // rejected, expired, cancelled, or out of date before it began
)

// Stages lists every stage in the order of a run's life.
func Stages() []Stage { return []Stage{Scheduled, InProgress, Completed, Broken, Dropped} }

// Stage is the stage of a run with this status.
func (s Status) Stage() Stage {
	switch s {
	case AwaitingApproval, Approved:
		return Scheduled
	case Succeeded:
		return Completed
	case Failed:
		return Broken
	case Rejected, Expired, Cancelled, Stale:
		return Dropped
	default:
		return InProgress
	}
}
