using PhiGateway.Watch.Baselines;

namespace PhiGateway.Watch.Detection;

/// <summary>
/// Writes and reads what the seventh version of the file of <see cref="WatchState"/> knows of a client beside <see cref="BaselineFile"/>: its
/// hours of the week, the forms of its searches by POST, and for which reasons it is refused; and apart from it what the eighth knows of its
/// searches for patients.
/// </summary>
internal static class HabitFile
{
    public static void Write(BinaryWriter writer, ClientBaseline baseline)
    {
        writer.Write(baseline.Slots.Week);
        foreach (var weeks in baseline.Slots.Seen)
        {
            writer.Write(weeks);
        }

        writer.Write(baseline.Slots.Levels);
        BaselineFile.Write(writer, baseline.Forms);
        writer.Write(baseline.Errors.Since);
        writer.Write(baseline.Errors.Began);
        writer.Write(baseline.Errors.Reasons.Count);
        foreach (var one in baseline.Errors.Reasons)
        {
            writer.Write(one.Reason);
            Write(writer, one);
        }
    }

    public static void WriteSearches(BinaryWriter writer, ClientBaseline baseline)
    {
        writer.Write(baseline.Nobody.Since);
        writer.Write(baseline.Nobody.Began);
        Write(writer, baseline.Nobody.Peaks);
    }

    /// <summary>Reads them back.</summary>
    public static void ReadSearches(BinaryReader reader, ClientBaseline baseline)
    {
        baseline.Nobody.Restore(reader.ReadInt32(), reader.ReadInt32());
        Read(reader, baseline.Nobody.Peaks);
    }

    /// <summary>Reads it back.</summary>
    public static void Read(BinaryReader reader, ClientBaseline baseline)
    {
        var week = reader.ReadInt32();
        var seen = new ushort[HourSlots.Count];
        for (var slot = 0; slot < seen.Length; slot++)
        {
            seen[slot] = reader.ReadUInt16();
        }

        var levels = new byte[HourSlots.Count];
        for (var slot = 0; slot < levels.Length; slot++)
        {
            levels[slot] = reader.ReadByte();
        }

        baseline.Slots.Restore(week, seen, levels);
        BaselineFile.Read(reader, baseline.Forms);
        var (since, began) = (reader.ReadInt32(), reader.ReadInt32());
        var reasons = new List<ReasonPeaks>();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var one = new ReasonPeaks(SharedWords.Of(reader.ReadString()));
            Read(reader, one);
            reasons.Add(one);
        }

        baseline.Errors.Restore(since, began, reasons);
    }

    private static void Write(BinaryWriter writer, ReasonPeaks peaks)
    {
        foreach (var calls in peaks.Calls)
        {
            writer.Write(calls);
        }

        foreach (var share in peaks.Shares)
        {
            writer.Write(share);
        }
    }

    private static void Read(BinaryReader reader, ReasonPeaks peaks)
    {
        for (var place = 0; place < peaks.Calls.Length; place++)
        {
            peaks.Calls[place] = reader.ReadInt32();
        }

        for (var place = 0; place < peaks.Shares.Length; place++)
        {
            peaks.Shares[place] = reader.ReadSingle();
        }
    }
}
