using PhiGateway.Watch.Feed;

namespace PhiGateway.Tests.Common.Watch;

/// <summary>Collects the records of one synthetic day, and writes them as a client would cause them.</summary>
internal sealed class EventSink
{
    public List<WatchEvent> Events { get; } = [];

    /// <summary>One request that was let through.</summary>
    public WatchEvent Access(SyntheticClient client, DateTimeOffset at, string operation, IReadOnlyList<long> patients, int records)
    {
        var one = Request(client, at, operation, patients) with { Kind = WatchKind.Access, Status = 200, Records = records };
        Events.Add(one);
        return one;
    }

    /// <summary>One request that was refused.</summary>
    public WatchEvent Refusal(SyntheticClient client, DateTimeOffset at, string operation, string reason, long patient = -1)
    {
        var one = Request(client, at, operation, patient < 0 ? [] : [patient]) with
        {
            Kind = WatchKind.Refusal,
            Reason = reason,
            Status = reason.EndsWith("not-found-or-withheld", StringComparison.Ordinal) ? 404 : 403,

            // As the reader of records does.
            Shape = string.Empty,
            Form = string.Empty,
            Chain = string.Empty,
        };
        Events.Add(one);
        return one;
    }

    /// <summary>Memberships added by somebody.</summary>
    public void Roster(SyntheticClient client, DateTimeOffset at, string actor, int added) =>
        Events.Add(
            new WatchEvent
            {
                Id = client.Chance.NextId(),
                Kind = WatchKind.RosterChange,
                Time = at,
                Actor = actor,
                Roster = $"roster-{client.Number:000}",
                Added = added,
            }
        );

    /// <summary>Puts another network, token or subject in the place of the last record's.</summary>
    public void Last(Func<WatchEvent, WatchEvent> change) => Events[^1] = change(Events[^1]);

    private static WatchEvent Request(SyntheticClient client, DateTimeOffset at, string operation, IReadOnlyList<long> patients)
    {
        var peer = PeerOf(client, at);
        var period = client.TokenHours * TimeSpan.TicksPerHour;
        var issued = new DateTimeOffset(at.UtcTicks - (at.UtcTicks % period), TimeSpan.Zero);
        var keys = new ulong[patients.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = KeyOf(patients[i]);
        }

        return new WatchEvent
        {
            Id = client.Chance.NextId(),
            Kind = WatchKind.Access,
            Time = at,
            Client = client.Id,
            Operation = operation,
            Patients = keys,
            AskedKey = keys.Length == 1 ? keys[0] : KeyOf(at.UtcTicks),
            AskedNumber = patients.Count == 1 ? patients[0] : -1,
            Peer = peer,
            Network = NetworkName.Of(peer),
            Subject = client.Subject,
            TokenHash = $"{client.Id} {issued.UtcTicks / TimeSpan.TicksPerHour}",
            TokenIssuedAt = issued,
            Program = client.Program,
            Ranges = RangesOf(operation, at),
            Shape = client.SearchesByPost ? ShapeOf(operation, "by post") : ShapeOf(client, operation, at),
            Form = client.SearchesByPost ? ShapeOf(client, operation, at) : string.Empty,
            Chain = client.Chain,
            Purpose = "TREAT",
            Tenant = "main",
            Environment = "production",
        };
    }

    private static string PeerOf(SyntheticClient client, DateTimeOffset at)
    {
        var own = client.Chance.Of(client.Networks);
        var turn = at.UtcTicks / TimeSpan.TicksPerSecond;
        return client.IsRotating ? $"34.{turn % 60}.{turn / 60 % 250}.9" : own;
    }

    // By chance of the moment: the chance of the client stays what it was before there were shapes.
    private static string ShapeOf(SyntheticClient client, string operation, DateTimeOffset at) =>
        operation.StartsWith("search", StringComparison.Ordinal)
            ? $"plain {operation} {at.UtcTicks / TimeSpan.TicksPerMillisecond % client.Shapes}"
            : string.Empty;

    // What a target says of a search by POST.
    private static string ShapeOf(string operation, string what) =>
        operation.StartsWith("search", StringComparison.Ordinal) ? $"plain {operation} {what}" : string.Empty;

    // Every third search asks for what is new since the one before.
    private static IReadOnlyList<SearchRange> RangesOf(string operation, DateTimeOffset at) =>
        operation.StartsWith("search", StringComparison.Ordinal) && at.UtcTicks % 3 == 0
            ? [new SearchRange(StableHash.Of(operation), at.UtcTicks / (double)TimeSpan.TicksPerSecond, double.PositiveInfinity)]
            : [];

    private static ulong KeyOf(long number) => StableHash.Of($"patient {number}");
}
