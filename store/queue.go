package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"time"

	"github.com/hibiken/asynq"
)

// queueName makes asynq put its keys in the same slot as ours.
const queueName = "registrar"

// visitTask is the one kind of task: its payload is a run's id.
const visitTask = "visit"

// Waiting times of the queue.
const (
	visitTimeout = 30 * time.Minute       // longer than any visit; a lost one ends with its lease
	visitAgain   = 5 * time.Second        // after a handler's error
	drainTimeout = 25 * time.Second       // within the 30 s a container is given to stop
	queuePoll    = 200 * time.Millisecond // a person waits for what was just approved
	queueForward = time.Second
)

// visits is how many runs one replica works on at a time. Most of them wait for a
// vendor's answer or for their turn to call one, and a short run that was just
// approved must find a place beside many long ones.
const visits = 32

// Queue wakes runs, on any replica. It is an alarm clock and no more: a task
// may be lost, come late, or come twice. All of asynq's keys may vanish, and
// the engine's reconciler finds what is due all the same.
type Queue struct {
	store  *Store
	client *asynq.Client
	look   *asynq.Inspector
}

// Queue returns the alarm clock on the same Redis.
func (s *Store) Queue() *Queue {
	return &Queue{store: s, client: asynq.NewClientFromRedisClient(s.rdb), look: asynq.NewInspectorFromRedisClient(s.rdb)}
}

// Wake has the run visited at that time, once for each second it is asked for.
func (q *Queue) Wake(ctx context.Context, run string, at time.Time) error {
	// asynq counts in whole seconds and would come too early.
	if whole := at.Truncate(time.Second); whole.Before(at) && at.After(q.store.now()) {
		at = whole.Add(time.Second)
	}
	err := q.wake(ctx, run, at)
	// The task of this second may be running already and have read the run
	// before it moved. Then it is the next second's that is needed.
	if now := q.store.now(); errors.Is(err, asynq.ErrTaskIDConflict) && !at.After(now) {
		err = q.wake(ctx, run, now.Add(time.Second))
	}
	if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
		return failed("wake", err)
	}
	return nil
}

func (q *Queue) wake(ctx context.Context, run string, at time.Time) error {
	_, err := q.client.EnqueueContext(ctx, asynq.NewTask(visitTask, []byte(run)),
		asynq.Queue(queueName),
		asynq.TaskID(fmt.Sprintf("run:%s:%d", run, at.Unix())),
		asynq.ProcessAt(at),
		asynq.Timeout(visitTimeout),
		// Never reached, because no error counts; see Serve.
		asynq.MaxRetry(math.MaxInt32),
	)
	return err
}

// errVisit stands for a handler's error in Redis: the real one may name people
// and is only logged.
var errVisit = errors.New("visit failed; see the log")

// Serve hands due runs to handle until ctx ends, then lets running visits
// finish, for 25 s at most; their context has ended too, so that they begin
// nothing new. A visit that returns an error is repeated after a
// few seconds, for as long as it takes.
func (q *Queue) Serve(ctx context.Context, handle func(ctx context.Context, run string) error) error {
	server := asynq.NewServerFromRedisClient(q.store.rdb, asynq.Config{
		Concurrency:              visits,
		Queues:                   map[string]int{queueName: 1},
		BaseContext:              func() context.Context { return context.WithoutCancel(ctx) },
		TaskCheckInterval:        queuePoll,
		DelayedTaskCheckInterval: queueForward,
		ShutdownTimeout:          drainTimeout,
		RetryDelayFunc:           func(int, error, *asynq.Task) time.Duration { return visitAgain },
		// No error is a failure to asynq, so none is counted and nothing is ever archived.
		IsFailure: func(error) bool { return false },
		Logger:    queueLog{q.store.log},
		LogLevel:  asynq.WarnLevel,
	})
	err := server.Start(asynq.HandlerFunc(func(task context.Context, t *asynq.Task) error {
		run := string(t.Payload())
		// asynq drops a visit whose own context ends and does not wait for it.
		visit, cancel := context.WithCancel(task)
		defer cancel()
		defer context.AfterFunc(ctx, cancel)()
		if err := handle(visit, run); err != nil {
			q.store.log.WarnContext(visit, "visit failed, will be repeated", "run", run, "after", visitAgain, "error", err)
			return errVisit
		}
		return nil
	}))
	if err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	<-ctx.Done()
	server.Shutdown()
	return nil
}

// Depth is how many tasks there are, and for how long the oldest that is due
// has waited. For metrics.
func (q *Queue) Depth(ctx context.Context) (tasks int, late time.Duration, err error) {
	names, err := q.look.Queues()
	if err != nil {
		return 0, 0, failed("queue depth", err)
	}
	if !slices.Contains(names, queueName) {
		return 0, 0, nil // nobody was ever woken
	}
	info, err := q.look.GetQueueInfo(queueName)
	if err != nil {
		return 0, 0, failed("queue depth", err)
	}
	return info.Size, info.Latency, ctx.Err()
}

// queueLog hands asynq's lines to slog.
type queueLog struct{ log *slog.Logger }

func (l queueLog) Debug(args ...any) { l.log.Debug("queue: " + fmt.Sprint(args...)) }
func (l queueLog) Info(args ...any)  { l.log.Info("queue: " + fmt.Sprint(args...)) }
func (l queueLog) Warn(args ...any)  { l.log.Warn("queue: " + fmt.Sprint(args...)) }
func (l queueLog) Error(args ...any) { l.log.Error("queue: " + fmt.Sprint(args...)) }

// Fatal is asynq's word before it would exit; whether to end is not for a
// library to say.
func (l queueLog) Fatal(args ...any) { l.log.Error("queue: " + fmt.Sprint(args...)) }
