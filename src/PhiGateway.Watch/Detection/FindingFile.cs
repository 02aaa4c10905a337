using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Detection;

/// <summary>Writes and reads open incidents and findings in the file of <see cref="WatchState"/>.</summary>
internal static class FindingFile
{
    public static void Write(BinaryWriter writer, IReadOnlyCollection<OpenIncident> incidents)
    {
        writer.Write(incidents.Count);
        foreach (var one in incidents)
        {
            writer.Write(one.Family);
            writer.Write(one.Subject);
            Write(writer, one.First);
            writer.Write((byte)one.Severity);
            writer.Write(one.Rules.Count);
            foreach (var rule in one.Rules)
            {
                writer.Write(rule);
            }
        }
    }

    public static IReadOnlyList<OpenIncident> Incidents(BinaryReader reader)
    {
        var incidents = new List<OpenIncident>();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            incidents.Add(
                new OpenIncident(
                    reader.ReadString(),
                    reader.ReadString(),
                    Incident(reader),
                    (FindingSeverity)reader.ReadByte(),
                    [.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => reader.ReadString())]
                )
            );
        }

        return incidents;
    }

    public static void Write(BinaryWriter writer, IReadOnlyCollection<Finding> findings)
    {
        writer.Write(findings.Count);
        foreach (var one in findings)
        {
            writer.Write(one.Rule);
            writer.Write(one.Family);
            writer.Write(one.Subject);
            writer.Write(one.At.UtcTicks);
            writer.Write((byte)one.Severity);
            writer.Write(one.Risk?.Id ?? string.Empty);
            writer.Write(one.Technique ?? string.Empty);
            writer.Write(one.Words);
            writer.Write(one.IsFurther);
            writer.Write(one.Incident is not null);
            if (one.Incident is { } incident)
            {
                Write(writer, incident);
            }

            writer.Write(one.Records.Count);
            foreach (var id in one.Records)
            {
                writer.Write(id.ToByteArray());
            }
        }
    }

    public static IReadOnlyList<Finding> Findings(BinaryReader reader)
    {
        var findings = new List<Finding>();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            findings.Add(Finding(reader));
        }

        return findings;
    }

    private static Finding Finding(BinaryReader reader)
    {
        var finding = new Finding
        {
            Rule = reader.ReadString(),
            Family = reader.ReadString(),
            Subject = reader.ReadString(),
            At = Moment(reader),
            Severity = (FindingSeverity)reader.ReadByte(),
            Risk = RiskOf(reader.ReadString()),
            Technique = reader.ReadString() is { Length: > 0 } technique ? technique : null,
            Words = reader.ReadString(),
            IsFurther = reader.ReadBoolean(),
        };
        return finding with
        {
            Incident = reader.ReadBoolean() ? Incident(reader) : null,
            Records = [.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => Id(reader))],
        };
    }

    private static NhiRisk? RiskOf(string id) => NhiRisk.All.FirstOrDefault(risk => risk.Id == id);

    private static Guid Id(BinaryReader reader) =>
        reader.ReadBytes(16) is { Length: 16 } bytes ? new Guid(bytes) : throw new EndOfStreamException();

    private static DateTimeOffset Moment(BinaryReader reader) => new(reader.ReadInt64(), TimeSpan.Zero);

    private static void Write(BinaryWriter writer, Incident incident)
    {
        writer.Write(incident.Rule);
        writer.Write(incident.At.UtcTicks);
    }

    private static Incident Incident(BinaryReader reader) => new(reader.ReadString(), Moment(reader));
}
