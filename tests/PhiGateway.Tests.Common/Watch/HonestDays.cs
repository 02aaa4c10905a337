using PhiGateway.Watch.Feed;

namespace PhiGateway.Tests.Common.Watch;

/// <summary>Writes what a client does on an ordinary day, by its rhythm.</summary>
internal static class HonestDays
{
    /// <summary>One day.</summary>
    /// <param name="sink">Where its records go.</param>
    /// <param name="client">Whose day.</param>
    /// <param name="date">Midnight, UTC.</param>
    /// <param name="day">Its number.</param>
    /// <param name="shift">By how many hours clocks were put forward.</param>
    public static void Write(EventSink sink, SyntheticClient client, DateTimeOffset date, int day, int shift)
    {
        if (client.IsSilent(day))
        {
            return;
        }

        for (var joining = client.Chance.Around(client.Turnover); joining > 0; joining--)
        {
            // As many leave.
            client.Roster.RemoveAt(client.Chance.Between(0, client.Roster.Count - 1));
            client.Roster.Add(client.NewPatient());
        }

        var isWeekend = date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
        switch (client.Rhythm)
        {
            case Rhythm.Office when !isWeekend && date.DayOfWeek != client.ClosedOn:
            case Rhythm.Agent when !isWeekend:
                Daylight(sink, client, date, client.Calls, shift);
                break;
            case Rhythm.MonthEnd when !isWeekend || date.Day > 28 || date.Day == 1:
                MonthEnd(sink, client, date, shift);
                break;
            case Rhythm.Nightly:
                Batch(sink, client, date.AddHours(client.NightAt + shift), 0.5);
                break;
            case Rhythm.Weekly:
                Week(sink, client, date, isWeekend, shift);
                break;
            case Rhythm.Around:
                Spread(sink, client, date, client.Calls, 0, 24);
                break;
            case Rhythm.App:
                Spread(sink, client, date, client.Calls * (isWeekend ? 0.6 : 1), 6, 23);
                break;
            case Rhythm.Quarterly when day % 90 < 3:
                Batch(sink, client, date.AddHours(8), 0.8);
                break;
        }
    }

    /// <summary>A run through a share of the roster, in order, patient by patient.</summary>
    public static void Batch(EventSink sink, SyntheticClient client, DateTimeOffset from, double share)
    {
        var chance = client.Chance;
        var patients = client.Roster.Where(_ => chance.Happens(share)).Order().ToList();
        var step = TimeSpan.FromHours(chance.Between(1.0, 2.5)) / Math.Max(1, patients.Count);
        var at = from + TimeSpan.FromMinutes(chance.Between(0, 30));
        foreach (var patient in patients)
        {
            sink.Access(client, at, chance.Of(client.Operations), [patient], chance.Between(1, 20));
            at += step * chance.Between(0.5, 1.5);
        }
    }

    /// <summary>So many calls, spread over hours.</summary>
    public static void Spread(EventSink sink, SyntheticClient client, DateTimeOffset date, double calls, double from, double to)
    {
        var chance = client.Chance;

        // Who is in the house today; most of the calls are for them.
        var today = Enumerable.Range(0, Math.Max(3, (int)(calls / 4))).Select(_ => chance.Of(client.Roster)).ToList();
        today.AddRange(client.Roster.TakeLast((int)Math.Ceiling(client.Turnover)));
        for (var left = chance.Around(calls * chance.Between(0.7, 1.3)); left > 0; left--)
        {
            var at = date.AddHours(chance.Between(from, to));
            if (chance.Happens(0.005))
            {
                sink.Refusal(client, at, chance.Of(client.Operations), "not-found-or-withheld", client.NewPatient());
                continue;
            }

            var operation = chance.Of(client.Operations);
            if (operation.StartsWith("search", StringComparison.Ordinal) && chance.Happens(0.1))
            {
                IReadOnlyList<long> several = [chance.Of(today), chance.Of(today), chance.Of(today)];
                sink.Access(client, at, operation, several, chance.Between(3, 60));
            }
            else
            {
                sink.Access(client, at, operation, [chance.Of(today)], chance.Between(1, 25));
            }

            if (client.Rhythm == Rhythm.App)
            {
                Move(sink, chance);
            }
        }
    }

    private static void Daylight(EventSink sink, SyntheticClient client, DateTimeOffset date, double calls, int shift) =>
        Spread(sink, client, date.AddHours(shift), calls, client.OpensAt, client.ClosesAt);

    private static void MonthEnd(EventSink sink, SyntheticClient client, DateTimeOffset date, int shift)
    {
        Daylight(sink, client, date, client.Calls * 0.4, shift);
        if (date.AddDays(1).Day == 1 || date.Day == 1)
        {
            Batch(sink, client, date.AddHours(client.OpensAt + 4), 0.9);
            Spread(sink, client, date, client.Calls, client.OpensAt, 22);
        }
    }

    private static void Week(EventSink sink, SyntheticClient client, DateTimeOffset date, bool isWeekend, int shift)
    {
        if ((int)date.DayOfWeek == (int)DayOfWeek.Thursday + client.RunPutOff)
        {
            client.RunPutOff = 0;
            Batch(sink, client, date.AddHours(client.NightAt + shift), 0.9);
        }
        else if (!isWeekend && date.DayOfWeek != DayOfWeek.Thursday)
        {
            Daylight(sink, client, date, client.Calls * 0.2, shift);
        }
    }

    // People go about with their phones.
    private static void Move(EventSink sink, Chance chance)
    {
        var person = chance.Between(1, 40);
        var peer = $"100.{chance.Between(64, 90)}.{chance.Between(0, 250)}.{person}";
        sink.Last(seen =>
            seen with
            {
                Subject = $"person-{person}",
                TokenHash = $"{seen.TokenHash} {person}",
                Peer = peer,
                Network = NetworkName.Of(peer),
            }
        );
    }
}
