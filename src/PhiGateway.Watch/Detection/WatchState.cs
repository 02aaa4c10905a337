using PhiGateway.Audit.Shipping;
using PhiGateway.Watch.Baselines;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Detection;

/// <summary>
/// Keeps what was learned over a restart: baselines, places in the logs, what was told and what is yet to be, in one binary file. A file that
/// cannot be read is no file: everything is learned anew from the trail.
/// </summary>
/// <remarks>No PHI: patients are hashes of pseudonyms, cut to 32 bits.</remarks>
internal static class WatchState
{
    private const int Version = 8;

    // Without searches for patients that found nobody.
    private const int Seventh = 7;

    // Without hours of the week, forms of searches and reasons of refusals.
    private const int Sixth = 6;

    // Without shapes of searches, chains of actors and the sizes of answers.
    private const int Fifth = 5;

    // Without holes in what was read of the logs.
    private const int Fourth = 4;

    // Without patients in the ledger of usage.
    private const int Third = 3;

    // Without programs and ages of tokens.
    private const int Second = 2;

    // Without incidents and what is yet to be told.
    private const int First = 1;

    public static void Write(Stream stream, TrailFeed feed, Detector detector, IReadOnlyCollection<Finding> untold)
    {
        using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write(Version);
        var places = feed.Places.ToList();
        writer.Write(places.Count);
        foreach (var (log, next) in places)
        {
            writer.Write(log);
            writer.Write(next);
        }

        var told = detector.Fold.Told.ToList();
        writer.Write(told.Count);
        foreach (var (key, one) in told)
        {
            writer.Write(key.Rule);
            writer.Write(key.Subject);
            writer.Write(one.At.UtcTicks);
            writer.Write((byte)one.Severity);
        }

        writer.Write(detector.Actors.Count);
        foreach (var (name, actor) in detector.Actors)
        {
            writer.Write(name);
            var days = actor.All.ToList();
            writer.Write(days.Count);
            days.ForEach(one =>
            {
                writer.Write(one.Day);
                writer.Write(one.Added);
            });
        }

        writer.Write(detector.Clients.Count);
        foreach (var watch in detector.Clients.Values)
        {
            writer.Write(watch.Client);
            BaselineFile.Write(writer, watch.Baseline, watch.Activity.Today);
        }

        detector.Usage.Write(writer);
        FindingFile.Write(writer, [.. detector.Fold.Incidents]);
        FindingFile.Write(writer, untold);
        writer.Write(detector.Clients.Count);
        foreach (var watch in detector.Clients.Values)
        {
            writer.Write(watch.Client);
            BaselineFile.WriteCallers(writer, watch.Baseline);
        }

        detector.Usage.WritePatients(writer);
        var holes = feed.Holes.ToList();
        writer.Write(holes.Count);
        foreach (var (log, hole) in holes)
        {
            writer.Write(log);
            writer.Write(hole.From);
            writer.Write(hole.To);
        }

        writer.Write(detector.Clients.Count);
        foreach (var watch in detector.Clients.Values)
        {
            writer.Write(watch.Client);
            BaselineFile.WriteShapes(writer, watch.Baseline, watch.Activity.Today);
        }

        writer.Write(detector.Clients.Count);
        foreach (var watch in detector.Clients.Values)
        {
            writer.Write(watch.Client);
            HabitFile.Write(writer, watch.Baseline);
        }

        writer.Write(detector.Clients.Count);
        foreach (var watch in detector.Clients.Values)
        {
            writer.Write(watch.Client);
            HabitFile.WriteSearches(writer, watch.Baseline);
        }
    }

    /// <returns>What is yet to be told.</returns>
    /// <exception cref="InvalidDataException">It is of another version, or cut.</exception>
    public static IReadOnlyList<Finding> Read(Stream stream, TrailFeed feed, Detector detector)
    {
        using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        try
        {
            var version = reader.ReadInt32();
            if (version is not (Version or Seventh or Sixth or Fifth or Fourth or Third or Second or First))
            {
                throw new InvalidDataException("Of another version.");
            }

            for (var left = reader.ReadInt32(); left > 0; left--)
            {
                feed.Restore(reader.ReadString(), reader.ReadInt64());
            }

            for (var left = reader.ReadInt32(); left > 0; left--)
            {
                var (rule, subject, at) = (reader.ReadString(), reader.ReadString(), reader.ReadInt64());
                detector.Fold.Restore(rule, subject, new DateTimeOffset(at, TimeSpan.Zero), (FindingSeverity)reader.ReadByte());
            }

            for (var left = reader.ReadInt32(); left > 0; left--)
            {
                var actor = detector.Actors[reader.ReadString()] = new ActorBaseline();
                actor.Restore([.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => (reader.ReadInt32(), reader.ReadInt32()))]);
            }

            for (var left = reader.ReadInt32(); left > 0; left--)
            {
                var client = reader.ReadString();
                detector.Clients[client] = new ClientWatch(client, BaselineFile.Read(reader));
            }

            detector.Usage.Read(reader);
            if (version == First)
            {
                return [];
            }

            foreach (var incident in FindingFile.Incidents(reader))
            {
                detector.Fold.Restore(incident);
            }

            var untold = FindingFile.Findings(reader);
            if (version >= Third)
            {
                for (var left = reader.ReadInt32(); left > 0; left--)
                {
                    BaselineFile.ReadCallers(reader, detector.Clients[reader.ReadString()].Baseline);
                }
            }

            if (version >= Fourth)
            {
                detector.Usage.ReadPatients(reader);
            }

            if (version >= Fifth)
            {
                for (var left = reader.ReadInt32(); left > 0; left--)
                {
                    feed.Restore(reader.ReadString(), new PlaceHole(reader.ReadInt64(), reader.ReadInt64()));
                }
            }

            if (version >= Sixth)
            {
                for (var left = reader.ReadInt32(); left > 0; left--)
                {
                    BaselineFile.ReadShapes(reader, detector.Clients[reader.ReadString()].Baseline);
                }
            }

            if (version >= Seventh)
            {
                for (var left = reader.ReadInt32(); left > 0; left--)
                {
                    HabitFile.Read(reader, detector.Clients[reader.ReadString()].Baseline);
                }
            }

            if (version == Version)
            {
                for (var left = reader.ReadInt32(); left > 0; left--)
                {
                    HabitFile.ReadSearches(reader, detector.Clients[reader.ReadString()].Baseline);
                }
            }

            return untold;
        }
        catch (Exception e)
            when (e
                    is ArgumentException
                        or IOException
                        or FormatException
                        or OverflowException
                        or IndexOutOfRangeException
                        or KeyNotFoundException
            )
        {
            throw new InvalidDataException("The kept baselines cannot be read.", e);
        }
    }
}
