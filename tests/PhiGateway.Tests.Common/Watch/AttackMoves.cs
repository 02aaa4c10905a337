using PhiGateway.Watch.Feed;

namespace PhiGateway.Tests.Common.Watch;

/// <summary>What attackers do with one client's credential; used by <see cref="Attacks"/>.</summary>
internal sealed class AttackMoves(SyntheticClient client, Chance chance)
{
    private static readonly string[] Faults =
    [
        "malformed-query",
        "unknown-parameter",
        "malformed-body",
        "unsupported-media-type",
        "not-acceptable",
        "method-not-allowed",
        "upstream-rejected",
        "operation-not-supported",
    ];

    private static readonly string[] Charter = ["agent-tool-not-permitted", "agent-outside-hours", "agent-type-not-permitted"];

    /// <summary>One day of an attack that is over on that day.</summary>
    public void Once(AttackKind kind, EventSink sink, DateTimeOffset date)
    {
        var from = date.AddHours(chance.Between(9.0, 14.0));
        switch (kind)
        {
            case AttackKind.VolumeSpike:
                Spike(sink, date, chance.Between(5.0, 25.0));
                break;
            case AttackKind.FastSpike:
                var calls = (int)(chance.Between(3.0, 8.0) * BusiestHour());
                Many(calls, calls, 1.0 / 60, from, at => Known(sink, at));
                break;
            case AttackKind.NewOperation:
                var operation = client.UnusedOperation();
                Many(20, 200, 4, from, at => sink.Access(client, at, operation, [chance.Of(client.Roster)], 5));
                break;
            case AttackKind.StolenToken:
                var peer = $"185.{chance.Between(10, 200)}.{chance.Between(0, 250)}.{chance.Between(1, 250)}";
                Many(30, 300, 3, BusyHour(date), at => Elsewhere(sink, at, peer));
                break;
            case AttackKind.OffHours:
                Many(40, 200, 3, date.AddHours(chance.Between(0.0, 2.0)), at => Known(sink, at));
                break;
            case AttackKind.SequentialNumbers:
                Sequence(sink, from, 20.0);
                break;
            case AttackKind.FastSequence:
                Sequence(sink, from, 0.5);
                break;
            case AttackKind.MissProbing:
                Many(45, 400, chance.Between(1.0, 8.0), from, at => Miss(sink, at, client.NewPatient()));
                break;
            case AttackKind.EmergencyMisses:
                Many(45, 400, chance.Between(1.0, 8.0), from, at => EmergencyMiss(sink, at));
                break;
            case AttackKind.OutsideCharter:
                Many(3, 30, 4, from, at => sink.Refusal(client, at, client.UnusedOperation(), chance.Of(Charter)));
                break;
            case AttackKind.FastScrape:
                Many(300, 2000, chance.Between(1.0, 4.0), from, at => Fresh(sink, at));
                break;
            case AttackKind.HumanUse:
                Many(5, 60, 7, from, at => Human(sink, at));
                break;
            case AttackKind.CrossEnvironment:
                Many(3, 30, 2, from, at => sink.Refusal(client, at, chance.Of(client.Operations), "wrong-environment"));
                break;
            case AttackKind.Probing:
                Probe(sink, from);
                break;
            case AttackKind.Bisection:
                Bisect(sink, from);
                break;
            case AttackKind.NewProgram:
                var isByHand = chance.Happens(0.6);
                Many(5, 60, 7, from, at => OtherProgram(sink, at, isByHand));
                break;
            case AttackKind.StaleToken:
                Many(6, 60, 4, date.AddHours(client.OpensAt + 11), at => Kept(sink, at, date.AddHours(client.OpensAt + 1)));
                break;
            case AttackKind.WideAnswers:
                Many(
                    5,
                    40,
                    6,
                    from,
                    at => sink.Access(client, at, client.Operations[0], [chance.Of(client.Roster)], chance.Between(400, 1000))
                );
                break;
            case AttackKind.NewShape:
                var shape = chance.Happens(0.5) ? "chained by somebody" : "plain by somebody";
                Many(5, 60, 6, from, at => Asking(sink, at, shape));
                break;
            case AttackKind.NewChain:
                var chain = ActorChain.Of([$"hub-{client.Number}", "somebody"]);
                Many(5, 60, 6, from, at => Through(sink, at, chain));
                break;
            case AttackKind.NewForm:
                var form = chance.Happens(0.5) ? "chained by somebody" : "plain by somebody";
                Many(5, 60, 6, from, at => AskingByPost(sink, at, form));
                break;
            case AttackKind.Fuzzing:
                Fuzz(sink, date, chance.Between(30, 200));
                break;
            case AttackKind.RosterGrowth:
                sink.Roster(client, from, $"manager-{client.Number}", chance.Between(600, 5000));
                break;
        }
    }

    /// <summary>So many times its busiest hour, within an hour.</summary>
    public void Spike(EventSink sink, DateTimeOffset date, double factor)
    {
        var calls = (int)(factor * BusiestHour());
        Many(calls, calls, 1, date.AddHours(chance.Between(9.0, 14.0)), at => Known(sink, at));
    }

    /// <summary>Some patients a day that are not the client's, among its own work.</summary>
    public Action<EventSink, DateTimeOffset, int> Drip(double factor)
    {
        var daily = (int)Math.Max(12 * factor, client.Turnover * factor);
        return (sink, date, _) => Many(daily, daily + 4, 8, date.AddHours(8), at => Fresh(sink, at));
    }

    /// <summary>Each day some percent more than the day before.</summary>
    public Action<EventSink, DateTimeOffset, int> Ramp(double percent) =>
        (sink, date, step) =>
        {
            var more = (int)(client.Calls * 0.3 * (Math.Pow(1 + percent, step) - 1));
            Many(more, more, 9, date.AddHours(8), at => Fresh(sink, at));
        };

    /// <summary>A few patients an hour each night for three weeks, and then many.</summary>
    public Action<EventSink, DateTimeOffset, int> Nights(double hour) =>
        (sink, date, step) =>
        {
            if (step < 20)
            {
                Many(2, 6, 1, date.AddHours(hour), at => Known(sink, at));
            }
            else
            {
                Many(80, 160, 2, date.AddHours(hour), at => Known(sink, at));
            }
        };

    /// <summary>Once, at its hours, on a day on which it is closed or two days and more from its run.</summary>
    public Action<EventSink, DateTimeOffset> OffDay() =>
        (sink, date) =>
        {
            if (client.Rhythm == Rhythm.Weekly && date.DayOfWeek is DayOfWeek.Monday)
            {
                Many(60, 250, 2, date.AddHours(client.NightAt), at => Known(sink, at));
            }
            else if (client.ClosedOn == date.DayOfWeek)
            {
                Many(60, 250, 3, date.AddHours(client.OpensAt + 2), at => Known(sink, at));
            }
        };

    /// <summary>Requests that are made up, refused for many reasons.</summary>
    public void Fuzz(EventSink sink, DateTimeOffset date, int calls)
    {
        var from = date.AddHours(chance.Between(9.0, 14.0));
        var reasons = Faults.OrderBy(_ => chance.Next()).Take(chance.Between(4, 6)).ToList();
        Many(calls, calls, 4, from, at => sink.Refusal(client, at, chance.Of(client.Operations), chance.Of(reasons)));
    }

    /// <summary>A sleeping client's credential is used.</summary>
    public void Wake(EventSink sink, DateTimeOffset date) => Many(5, 100, 2, date.AddHours(11), at => Known(sink, at));

    private double BusiestHour() =>
        client.Rhythm switch
        {
            Rhythm.Nightly => client.Roster.Count * 0.4,
            Rhythm.Weekly or Rhythm.MonthEnd => client.Roster.Count * 0.7,
            Rhythm.Around => Math.Max(20, client.Calls / 8),
            _ => Math.Max(20, client.Calls / 5),
        };

    private void Known(EventSink sink, DateTimeOffset at) =>
        sink.Access(client, at, chance.Of(client.Operations), [chance.Of(client.Roster)], 3);

    private void Fresh(EventSink sink, DateTimeOffset at) =>
        sink.Access(client, at, chance.Of(client.Operations), [client.NewPatient()], chance.Between(1, 25));

    private void Miss(EventSink sink, DateTimeOffset at, long patient) =>
        sink.Refusal(client, at, "read Patient", "not-found-or-withheld", patient);

    private void EmergencyMiss(EventSink sink, DateTimeOffset at)
    {
        Miss(sink, at, client.NewPatient());
        sink.Last(static seen => seen with { Purpose = "ETREAT", IsEmergency = true });
    }

    private void Elsewhere(EventSink sink, DateTimeOffset at, string peer)
    {
        Known(sink, at);
        sink.Last(seen => seen with { Peer = peer, Network = NetworkName.Of(peer) });
    }

    private void Human(EventSink sink, DateTimeOffset at)
    {
        Known(sink, at);
        sink.Last(seen => seen with { Subject = $"engineer-{client.Number}", TokenHash = $"{client.Id} by hand" });
    }

    private void OtherProgram(EventSink sink, DateTimeOffset at, bool isByHand)
    {
        Known(sink, at);
        var program = ProgramName.HashOf(isByHand ? "curl/8" : $"script-{client.Number}/1");
        sink.Last(seen => seen with { Program = program, IsByHand = isByHand });
    }

    private void Asking(EventSink sink, DateTimeOffset at, string shape)
    {
        sink.Access(client, at, client.Operations[0], [chance.Of(client.Roster)], 3);
        sink.Last(seen => seen with { Shape = shape });
    }

    private void AskingByPost(EventSink sink, DateTimeOffset at, string form)
    {
        sink.Access(client, at, client.Operations[0], [chance.Of(client.Roster)], 3);
        sink.Last(seen => seen with { Form = form });
    }

    private void Through(EventSink sink, DateTimeOffset at, string chain)
    {
        Known(sink, at);
        sink.Last(seen => seen with { Chain = chain, TokenHash = $"{client.Id} exchanged" });
    }

    private void Kept(EventSink sink, DateTimeOffset at, DateTimeOffset issued)
    {
        Known(sink, at);
        sink.Last(seen => seen with { TokenIssuedAt = issued, TokenHash = $"{client.Id} kept" });
    }

    private void Bisect(EventSink sink, DateTimeOffset from)
    {
        var (low, high, hidden) = (0.0, 16384.0, chance.Between(100.0, 16000.0));
        var at = from;
        for (var left = chance.Between(16, 22); left > 0; left--)
        {
            var probe = (low + high) / 2;
            (low, high) = hidden > probe ? (probe, high) : (low, probe);
            at = at.AddSeconds(chance.Between(5.0, 60.0));
            sink.Access(client, at, "search-type Observation", [], 0);
            sink.Last(seen => seen with { Ranges = [new SearchRange(1, probe, double.PositiveInfinity)] });
        }
    }

    private void Sequence(EventSink sink, DateTimeOffset from, double pace)
    {
        var number = client.NewPatient();
        var at = from;
        for (var left = chance.Between(80, 600); left > 0; left--)
        {
            number += chance.Between(1, 2);
            at = at.AddSeconds(chance.Between(0.05, 2.0) * pace);
            if (chance.Happens(0.6))
            {
                Miss(sink, at, number);
            }
            else
            {
                sink.Access(client, at, "read Patient", [number], 1);
            }
        }
    }

    private void Probe(EventSink sink, DateTimeOffset from)
    {
        string[] reasons = ["outside-use-case", "outside-scope", "purpose-not-permitted", "operation-not-permitted", "hidden-element"];
        var thing = 0;
        Many(7, 30, 5, from, at => sink.Refusal(client, at, $"search-type Thing{thing++}", chance.Of(reasons)));
    }

    // A stolen token is used while it is good: beside the client.
    private DateTimeOffset BusyHour(DateTimeOffset date) =>
        client.Rhythm is Rhythm.Nightly or Rhythm.Weekly ? date.AddHours(client.NightAt) : date.AddHours(client.OpensAt + 2);

    private void Many(int least, int most, double hours, DateTimeOffset from, Action<DateTimeOffset> act)
    {
        var moments = Enumerable.Range(0, chance.Between(least, most)).Select(_ => from.AddHours(chance.Between(0.0, hours))).Order();
        foreach (var at in moments)
        {
            act(at);
        }
    }
}
