using PhiGateway.Watch.Baselines;

namespace PhiGateway.Watch.Detection;

/// <summary>Writes and reads one client's baseline in the file of <see cref="WatchState"/>.</summary>
internal static class BaselineFile
{
    // Each hour of working days, and of weekends.
    private const int KindsOfHours = 48;

    public static void Write(BinaryWriter writer, ClientBaseline baseline, DaySummary? today)
    {
        writer.Write(baseline.FirstSeen.UtcTicks);
        writer.Write(baseline.LastSeen.UtcTicks);
        writer.Write(baseline.LongestGap);
        writer.Write(baseline.Expected);
        writer.Write(baseline.Drift);
        writer.Write(baseline.Anchor);
        writer.Write(baseline.AnchoredTo?.UtcTicks ?? 0);
        writer.Write(baseline.AnchorFrom);
        writer.Write(baseline.Days.Count);
        foreach (var day in baseline.Days)
        {
            Write(writer, day);
        }

        Write(writer, baseline.Operations);
        Write(writer, baseline.Networks);
        Write(writer, baseline.Subjects);

        // Where versions before kept hours of two kinds of day: hours of the week stand at the end.
        for (var slot = 0; slot < KindsOfHours; slot++)
        {
            writer.Write(0);
            writer.Write(0);
        }

        writer.Write(baseline.Patients.Began.UtcTicks);
        Write(writer, baseline.Patients.Young);
        Write(writer, baseline.Patients.Old);

        // What is left of the day after the restart is a day of its own.
        writer.Write(today is not null);
        if (today is { } open)
        {
            Write(writer, open);
        }
    }

    /// <summary>What is known of its programs and tokens: at the end of the file, for versions before did not write it.</summary>
    public static void WriteCallers(BinaryWriter writer, ClientBaseline baseline)
    {
        Write(writer, baseline.Programs);
        for (var bucket = 0; bucket < AgeBuckets.Count; bucket++)
        {
            writer.Write(baseline.TokenAges.Days[bucket]);
            writer.Write(baseline.TokenAges.LastDay[bucket]);
        }
    }

    /// <summary>Reads it back.</summary>
    public static void ReadCallers(BinaryReader reader, ClientBaseline baseline)
    {
        Read(reader, baseline.Programs);
        for (var bucket = 0; bucket < AgeBuckets.Count; bucket++)
        {
            baseline.TokenAges.Days[bucket] = reader.ReadInt32();
            baseline.TokenAges.LastDay[bucket] = reader.ReadInt32();
        }
    }

    /// <summary>Shapes of searches, chains of actors and the largest answer of each day: behind all that a version before knew.</summary>
    public static void WriteShapes(BinaryWriter writer, ClientBaseline baseline, DaySummary? today)
    {
        Write(writer, baseline.Shapes);
        Write(writer, baseline.Chains);
        writer.Write(baseline.Days.Count + (today is null ? 0 : 1));
        foreach (var day in baseline.Days)
        {
            writer.Write(day.PeakCallRecords);
        }

        if (today is { } open)
        {
            writer.Write(open.PeakCallRecords);
        }
    }

    /// <summary>Reads that back.</summary>
    public static void ReadShapes(BinaryReader reader, ClientBaseline baseline)
    {
        Read(reader, baseline.Shapes);
        Read(reader, baseline.Chains);
        var largest = new List<int>();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            largest.Add(reader.ReadInt32());
        }

        baseline.RestoreCallRecords(largest);
    }

    public static ClientBaseline Read(BinaryReader reader)
    {
        var baseline = new ClientBaseline(Moment(reader)) { LastSeen = Moment(reader), LongestGap = reader.ReadDouble() };
        var (expected, drift, anchor) = (reader.ReadInt32(), reader.ReadDouble(), reader.ReadInt32());
        var (anchoredTo, anchorFrom) = (reader.ReadInt64(), reader.ReadInt32());
        var days = new List<DaySummary>();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            days.Add(Day(reader));
        }

        baseline.Restore(days, expected, drift, anchor, anchoredTo == 0 ? null : new DateTimeOffset(anchoredTo, TimeSpan.Zero), anchorFrom);
        Read(reader, baseline.Operations);
        Read(reader, baseline.Networks);
        Read(reader, baseline.Subjects);
        var (hours, last) = (new int[KindsOfHours], new int[KindsOfHours]);
        for (var slot = 0; slot < KindsOfHours; slot++)
        {
            (hours[slot], last[slot]) = (reader.ReadInt32(), reader.ReadInt32());
        }

        baseline.Slots.Restore(hours, last);
        baseline.Patients.Restore(Moment(reader), Set(reader), Set(reader));
        if (reader.ReadBoolean())
        {
            baseline.Close(Day(reader), baseline.AnchoredTo);
        }

        return baseline;
    }

    private static DateTimeOffset Moment(BinaryReader reader) => new(reader.ReadInt64(), TimeSpan.Zero);

    private static void Write(BinaryWriter writer, in DaySummary day)
    {
        int[] numbers =
        [
            day.Day,
            day.Calls,
            day.Patients,
            day.NewPatients,
            day.Misses,
            day.PeakMinuteCalls,
            day.PeakHourCalls,
            day.PeakHourPatients,
            day.PeakHourRecords,
            day.PeakHourMisses,
        ];
        foreach (var number in numbers)
        {
            writer.Write(number);
        }

        writer.Write(day.IsFlagged);
    }

    // One answer had no more records than its hour; what it really was stands further behind, where it was written.
    private static DaySummary Day(BinaryReader reader)
    {
        var day = new DaySummary(
            reader.ReadInt32(),
            reader.ReadInt32(),
            reader.ReadInt32(),
            reader.ReadInt32(),
            reader.ReadInt32(),
            reader.ReadInt32(),
            reader.ReadInt32(),
            reader.ReadInt32(),
            reader.ReadInt32(),
            reader.ReadInt32(),
            PeakCallRecords: 0,
            reader.ReadBoolean()
        );
        return day with { PeakCallRecords = day.PeakHourRecords };
    }

    /// <summary>Words with when and how often.</summary>
    public static void Write(BinaryWriter writer, KnownWords words)
    {
        writer.Write(words.Count);
        foreach (var known in words.All)
        {
            writer.Write(known.Word);
            writer.Write(known.First.UtcTicks);
            writer.Write(known.Last.UtcTicks);
            writer.Write(known.Days);
            writer.Write(known.Count);
        }
    }

    /// <summary>Reads them back.</summary>
    public static void Read(BinaryReader reader, KnownWords words)
    {
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var word = SharedWords.Of(reader.ReadString());
            words.Restore(KnownWord.Restore(word, Moment(reader), Moment(reader), reader.ReadInt32(), reader.ReadInt32()));
        }
    }

    private static void Write(BinaryWriter writer, HashedSet set)
    {
        writer.Write(set.Count);
        foreach (var one in set.All)
        {
            writer.Write(one);
        }
    }

    private static HashedSet Set(BinaryReader reader)
    {
        var set = new HashedSet();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            set.Add(reader.ReadUInt32());
        }

        return set;
    }
}
