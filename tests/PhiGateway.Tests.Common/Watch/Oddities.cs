using System.Net;
using PhiGateway.Watch.Feed;

namespace PhiGateway.Tests.Common.Watch;

/// <summary>
/// What honest clients do once in a while and detection should let pass: migrations, new clinics, feature releases, faults after upgrades,
/// storms of retries, moved networks, strays. Some were approved beforehand, as they should be; some were not.
/// </summary>
internal sealed class Oddities
{
    private readonly Dictionary<int, List<Action<EventSink, DateTimeOffset>>> _byDay = [];
    private readonly int _days;

    public Oddities(IReadOnlyList<SyntheticClient> clients, int days)
    {
        _days = days;
        foreach (var client in clients)
        {
            Plan(client);
        }
    }

    public void Write(EventSink sink, int day, DateTimeOffset date)
    {
        foreach (var act in _byDay.GetValueOrDefault(day, []))
        {
            act(sink, date);
        }
    }

    private void Plan(SyntheticClient client)
    {
        var chance = client.Chance;
        Once(client, 0.08, day => Migration(client, day));
        Once(client, 0.10, day => NewClinic(client, day));
        Once(client, 0.06, day => Release(client, day));
        Once(client, 0.08, day => On(client, day, (sink, date) => FaultAfterUpgrade(sink, client, date)));
        Once(client, 0.05, day => On(client, day, (sink, date) => RetryStorm(sink, client, date)));
        Once(client, 0.03, day => On(client, day, (_, _) => client.Networks.Add($"172.20.{client.Number % 250}.7")));
        Once(client, 0.04, day => On(client, day, (sink, date) => Stray(sink, client, date)));
        Once(client, 0.04, day => On(client, day, (sink, date) => HonestDays.Batch(sink, client, date.AddHours(2), 0.4)));
        Once(client, 0.05, day => On(client, day, (_, _) => client.Subject += "-new"));
        // By a chance of their own, so that the rest of the traffic is what it was before there were these.
        var other = new Chance((ulong)(7919 * client.Number));
        OnceBy(other, 0.08, day => On(client, day, (sink, date) => ProgramChange(sink, client, date)));
        OnceBy(other, 0.05, day => On(client, day, (_, _) => client.TokenHours = 8));
        OnceBy(other, 0.10, day => On(client, day, (sink, date) => Zoom(sink, client, date, other)));
        PlanNewWays(client, new Chance((ulong)(104729 * client.Number)));
        PlanOddWeeks(client, new Chance((ulong)(15485863L * client.Number)));
        if (chance.Happens(0.1))
        {
            // Closed for a while.
            var (from, length) = (chance.Between(20, _days - 5), chance.Between(7, 16));
            client.IsSilent = day => day >= from && day < from + length;
        }
    }

    // Wider, further, through others: what is new is approved beforehand in most cases, and what comes once is nobody's habit.
    private void PlanNewWays(SyntheticClient client, Chance chance)
    {
        if (client.Rhythm is not (Rhythm.App or Rhythm.Quarterly) && chance.Happens(0.03))
        {
            // A cloud whose way out is another one each time: nobody can name its networks.
            (client.IsRotating, client.Registered) = (true, client.Registered with { Networks = [] });
        }

        OnceBy(chance, 0.08, day => On(client, day, (sink, date) => LongCharts(sink, client, date, chance)));
        OnceBy(chance, 0.08, day => On(client, day, (sink, date) => OneQuestion(sink, client, date, chance)));
        OnceBy(chance, 0.05, day => On(client, day, (sink, date) => Detour(sink, client, date, chance)));
        OnceBy(chance, 0.04, day => Announced(client, day, 0.7, chance, () => client.Shapes++));
        OnceBy(chance, 0.03, day => Announced(client, day, 0.7, chance, () => client.Chain = ActorChain.Of([$"hub-of-{client.Number}"])));
    }

    // What comes on another day than ever, and what fails in more than one way at once.
    private void PlanOddWeeks(SyntheticClient client, Chance chance)
    {
        if (client.Rhythm == Rhythm.Weekly)
        {
            // Thursday was a holiday, or the machine was down.
            OnceBy(chance, 0.7, day => On(client, day - (day % 7) + 1, (_, _) => client.RunPutOff = 1));
        }

        OnceBy(chance, 0.08, day => On(client, day, (sink, date) => TwoFaults(sink, client, date, chance)));
        OnceBy(chance, 0.05, day => On(client, day, (sink, date) => Throttled(sink, client, date, chance)));
    }

    // A release that sends one parameter too many and one body too few.
    private static void TwoFaults(EventSink sink, SyntheticClient client, DateTimeOffset date, Chance chance)
    {
        for (var left = chance.Between(20, 80); left > 0; left--)
        {
            var reason = chance.Of<string>(["unknown-parameter", "malformed-body"]);
            sink.Refusal(client, date.AddHours(chance.Between(9.0, 15.0)), chance.Of(client.Operations), reason);
        }
    }

    // Too fast, too many at once, and a quota is used up: what a storm of retries meets.
    private static void Throttled(EventSink sink, SyntheticClient client, DateTimeOffset date, Chance chance)
    {
        for (var left = chance.Between(20, 60); left > 0; left--)
        {
            var reason = chance.Of<string>(["rate-limited", "concurrency-limited", "quota-exceeded"]);
            sink.Refusal(client, date.AddHours(chance.Between(9.0, 15.0)), chance.Of(client.Operations), reason);
            sink.Last(static seen => seen with { Status = 429 });
        }
    }

    private void Announced(SyntheticClient client, int day, double probability, Chance chance, Action change)
    {
        var isApproved = chance.Happens(probability);
        On(
            client,
            day,
            (_, date) =>
            {
                change();
                if (isApproved)
                {
                    client.Registered = client.Registered with { ApprovedAt = date };
                }
            }
        );
    }

    // Somebody has been ill for decades.
    private static void LongCharts(EventSink sink, SyntheticClient client, DateTimeOffset date, Chance chance)
    {
        for (var left = chance.Between(1, 2); left > 0; left--)
        {
            sink.Access(
                client,
                date.AddHours(chance.Between(9.0, 15.0)),
                client.Operations[0],
                [client.Roster[0]],
                chance.Between(300, 800)
            );
        }
    }

    // Whoever looks for a fault asks the server something once.
    private static void OneQuestion(EventSink sink, SyntheticClient client, DateTimeOffset date, Chance chance)
    {
        for (var left = chance.Between(1, 2); left > 0; left--)
        {
            sink.Access(client, date.AddHours(chance.Between(9.0, 15.0)), client.Operations[0], [client.Roster[0]], 1);
            sink.Last(static seen => seen with { Shape = "chained once" });
        }
    }

    // A line that is down: some calls go out by others.
    private static void Detour(EventSink sink, SyntheticClient client, DateTimeOffset date, Chance chance)
    {
        for (var line = chance.Between(1, 3); line > 0; line--)
        {
            var peer = $"172.22.{((client.Number * 3) + line) % 250}.7";
            sink.Access(client, date.AddHours(chance.Between(9.0, 15.0)), client.Operations[0], [client.Roster[0]], 1);
            sink.Last(seen => seen with { Peer = peer, Network = NetworkName.Of(peer), TokenHash = $"{client.Id} by {peer}" });
        }
    }

    private void Migration(SyntheticClient client, int day)
    {
        if (client.Chance.Happens(0.75))
        {
            On(client, day - 2, (_, date) => client.Registered = client.Registered with { ApprovedAt = date });
        }

        On(client, day, Run);
        On(client, day + 1, Run);

        void Run(EventSink sink, DateTimeOffset date)
        {
            HonestDays.Batch(sink, client, date.AddHours(9), 1);
            HonestDays.Batch(sink, client, date.AddHours(11), 1);
        }
    }

    private void NewClinic(SyntheticClient client, int day)
    {
        var chance = client.Chance;
        var size = (int)(client.Roster.Count * chance.Between(0.3, 0.6));
        var first = client.NewPatient();
        On(
            client,
            day - 1,
            (sink, date) =>
            {
                // Registered one after the other: their numbers are consecutive.
                client.Roster.AddRange(Enumerable.Range(0, size).Select(index => first + index));
                sink.Roster(client, date.AddHours(10), chance.Happens(0.7) ? "feed" : $"manager-{client.Number % 7}", size);
                var isApproved = chance.Happens(0.6);
                if (isApproved)
                {
                    client.Registered = client.Registered with { ApprovedAt = date };
                }

                if (!chance.Happens(0.5))
                {
                    return;
                }

                var peer = $"172.21.{client.Number % 250}.7";
                client.Networks.Add(peer);
                if (isApproved)
                {
                    IPNetwork[] networks = [.. client.Registered.Networks, IPNetwork.Parse(NetworkName.Of(peer))];
                    client.Registered = client.Registered with { Networks = networks };
                }
            }
        );
    }

    private void Release(SyntheticClient client, int day)
    {
        var isApproved = client.Chance.Happens(0.6);
        On(
            client,
            day,
            (_, date) =>
            {
                client.Operations.Add(client.Chance.Of(["search-type Procedure", "read Practitioner"]));
                if (isApproved)
                {
                    client.Registered = client.Registered with { ApprovedAt = date };
                }
            }
        );
    }

    private static void FaultAfterUpgrade(EventSink sink, SyntheticClient client, DateTimeOffset date)
    {
        var things = Enumerable.Range(0, client.Chance.Between(1, 3)).Select(index => $"search-type Thing{index}").ToList();
        for (var left = client.Chance.Between(50, 300); left > 0; left--)
        {
            sink.Refusal(client, date.AddHours(client.Chance.Between(9.0, 16.0)), client.Chance.Of(things), "outside-use-case");
        }
    }

    private static void RetryStorm(EventSink sink, SyntheticClient client, DateTimeOffset date)
    {
        var chance = client.Chance;
        var from = date.AddHours(chance.Between(9, 15));
        var patient = chance.Of(client.Roster);
        for (var left = (int)(client.Calls / 8 * chance.Between(1.0, 5.0)); left > 0; left--)
        {
            sink.Access(client, from.AddMinutes(chance.Between(0.0, 50.0)), client.Operations[0], [patient], 1);
        }
    }

    // Another program takes the place of the one before, node by node: for some hours both call.
    private static void ProgramChange(EventSink sink, SyntheticClient client, DateTimeOffset date)
    {
        client.Program = ProgramName.HashOf($"connector-{client.Number:000}-next/1");
        var from = date.AddHours(10);
        for (var place = 0; place < sink.Events.Count; place++)
        {
            var seen = sink.Events[place];
            var isNext = seen.Time >= from.AddHours(4) || (seen.Time >= from && seen.Time.UtcTicks % 2 == 0);
            if (seen.Client == client.Id && isNext)
            {
                sink.Events[place] = seen with { Program = client.Program };
            }
        }
    }

    // Somebody looks closer at a chart: a year, a quarter, a month, a week, a day.
    private static void Zoom(EventSink sink, SyntheticClient client, DateTimeOffset date, Chance chance)
    {
        var (at, days) = (date.AddHours(11), 365.0);
        var middle = at.UtcTicks / (double)TimeSpan.TicksPerDay;
        foreach (var shrink in (double[])[4, 3, 4, 7])
        {
            sink.Access(client, at, "search-type Observation", [], 20);
            var (low, high) = (middle - (days * chance.Between(0.4, 0.6)), middle + (days * 0.4));
            sink.Last(seen => seen with { Ranges = [new SearchRange(2, low, high)] });
            (at, days) = (at.AddSeconds(chance.Between(5.0, 40.0)), days / shrink);
        }
    }

    private static void Stray(EventSink sink, SyntheticClient client, DateTimeOffset date)
    {
        for (var left = client.Chance.Between(1, 2); left > 0; left--)
        {
            sink.Refusal(client, date.AddHours(11), client.Operations[0], "wrong-environment");
        }
    }

    private void Once(SyntheticClient client, double probability, Action<int> plan)
    {
        if (client.Chance.Happens(probability))
        {
            plan(client.Chance.Between(15, _days - 3));
        }
    }

    private void OnceBy(Chance chance, double probability, Action<int> plan)
    {
        if (chance.Happens(probability))
        {
            plan(chance.Between(15, _days - 3));
        }
    }

    private void On(SyntheticClient client, int day, Action<EventSink, DateTimeOffset> act)
    {
        if (!_byDay.TryGetValue(day, out var acts))
        {
            _byDay[day] = acts = [];
        }

        // Who is closed neither migrates nor fails.
        acts.Add(
            (sink, date) =>
            {
                if (!client.IsSilent(day))
                {
                    act(sink, date);
                }
            }
        );
    }
}
