package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/smtp"
	"net/url"
	"time"

	"registrar/integrations/rest"
)

func checkRedis(ctx context.Context, c Config) []result {
	const check = "Redis"
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	kept, err := openStore(ctx, c, slog.New(slog.DiscardHandler))
	if err != nil {
		return []result{failure(check, oneLine(err), "See that REDIS_URL is right and that its user may write.")}
	}
	defer kept.Close()
	results := []result{ok(check, "it can be written")}
	problems, err := kept.Durability(ctx)
	if err != nil {
		return append(results, failure("Redis durability", oneLine(err), "Allow INFO and CONFIG GET to Registrar's user."))
	}
	for _, p := range problems {
		found := failure("Redis "+p.Name, p.Text, p.Mend)
		if c.AllowWeakRedis {
			found.State = stateWarn
		}
		results = append(results, found)
	}
	if len(problems) == 0 {
		results = append(results, ok("Redis durability", "it keeps what it says"))
	}
	return results
}

// checkStatuspage reads LearnUpon's public status page. Trouble at LearnUpon is
// none of this installation's.
func checkStatuspage(ctx context.Context, c Config) result {
	const check = "status page"
	if c.Statuspage == "" {
		return ok(check, "it is not configured, so nobody is told of LearnUpon's own trouble")
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	client, err := newStatuspage(c.Statuspage, rest.Observe{})
	if err != nil {
		return failure(check, oneLine(err), "Correct STATUSPAGE_URL.")
	}
	said, err := client.Summary(ctx)
	if err != nil {
		return warning(check, oneLine(err), "See that STATUSPAGE_URL is the root of a page such as https://status.learnupon.com, and that this machine can reach it.")
	}
	return ok(check, said.Page.Name+" says: "+said.Status.Description)
}

// checkMail greets the mail server and takes its leave; no mail is sent.
func checkMail(ctx context.Context, c Config) result {
	const check = "mail"
	if c.SMTP == nil {
		return warning(check, "it is not configured, so links are shown to the requester to send", "Set SMTP_URL and MAIL_FROM.")
	}
	if err := greet(ctx, string(c.SMTP.URL)); err != nil {
		return failure(check, oneLine(err), "See that SMTP_URL names a server that this machine can reach.")
	}
	return ok(check, c.SMTP.Host()+" answers")
}

func greet(ctx context.Context, address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("SMTP_URL cannot be read")
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	port := u.Port()
	if port == "" {
		port = map[string]string{"smtp": "587", "smtps": "465"}[u.Scheme]
	}
	host := net.JoinHostPort(u.Hostname(), port)
	var conn net.Conn
	if u.Scheme == "smtps" {
		conn, err = (&tls.Dialer{}).DialContext(ctx, "tcp", host)
	} else {
		conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", host)
	}
	if err != nil {
		return err
	}
	if err := conn.SetDeadline(time.Now().Add(probeTimeout)); err != nil {
		return err
	}
	client, err := smtp.NewClient(conn, u.Hostname())
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Hello("localhost"); err != nil {
		return err
	}
	return client.Quit()
}
